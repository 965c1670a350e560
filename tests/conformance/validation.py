"""The corpus `validation`: the same verdict as Istio's webhook and CRDs on the same object."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from wrapped_parts import WRAPPED, expanded

from lateen.base.errors import Invalid
from lateen.kinds.all import by_kind, find
from lateen.kinds.decode import check
from lateen.kinds.mesh_config import parse_mesh_config

CORPUS = "validation"
Check = Callable[[], None]
Json = dict[str, Any]


def cases(folder: Path) -> Iterator[tuple[str, Check]]:
    """Yield each case: an id, and a check that raises AssertionError where it does not hold."""
    root = folder / CORPUS
    for path in sorted((root / "semantic").glob("*.json")):
        table = json.loads(path.read_text())
        for index, case in enumerate(table["cases"]):
            yield f"{path.stem}#{index}", partial(_semantic, path.stem, table.get("kind"), case)
    for path in sorted(root.glob("crd-cel-*/*.yaml")):
        for index, raw in enumerate(yaml.safe_load_all(path.read_text())):
            yield f"{path.parent.name}/{path.stem}#{index}", partial(_crd_rule, raw)


def _semantic(name: str, kind: str | None, case: Json) -> None:
    case = {**case, "input": expanded(case["input"])}
    assert name in WRAPPED or kind, "the setting is not modelled"
    found, spec = WRAPPED[name](case) if name in WRAPPED else (kind, case["input"])
    params = case.get("params") or {}
    meta = {"name": params.get("configName") or "case", "annotations": params.get("annotations") or {}}
    if found == "MeshConfig":
        _mesh_config(spec, case["valid"])
    else:
        raw = {"apiVersion": by_kind(found).api_versions[0], "kind": found, "spec": spec}
        _agrees({**raw, "metadata": {**meta, "namespace": "default"}}, case["valid"])


def _mesh_config(settings: Json, valid: bool) -> None:
    found = ""
    try:
        parse_mesh_config(yaml.safe_dump(settings))
    except Invalid as error:
        found = str(error)
    assert bool(found) != valid, found or "accepted"


def _crd_rule(raw: Json | None) -> None:
    said = (raw := dict(raw or {})).pop("_err", None)
    if raw:
        _agrees(raw, said is None)


def _agrees(raw: Json, valid: bool) -> None:
    assert find(raw.get("apiVersion"), raw.get("kind")) is not None, f"kind {raw.get('kind')} is not served yet"
    faults = [fault for fault in check(raw) if fault.severity == "error"]
    assert valid or faults, "accepted"
    assert not (valid and faults), f"refused: {faults[0]}"

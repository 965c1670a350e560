"""The corpus `gateway-api-validation`, a part of `validation`: the verdicts of the Gateway API's CRDs."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from lateen.kinds.all import find
from lateen.kinds.decode import check

CORPUS = "gateway-api-validation"
Check = Callable[[], None]
Json = dict[str, Any]


def cases(folder: Path) -> Iterator[tuple[str, Check]]:
    """Yield each case: an id, and a check that raises AssertionError where it does not hold."""
    root = folder / "validation"
    for path in sorted((root / "gateway-api-cel").glob("*.json")):
        for index, case in enumerate(json.loads(path.read_text())["cases"]):
            yield f"{path.stem}#{index}", partial(_agrees, [case["object"]], case["valid"])
    examples = root / "gateway-api-invalid-examples"
    for path in sorted(examples.rglob("*.yaml")):
        yield str(path.relative_to(examples).with_suffix("")), partial(_refuses, path)


def _refuses(path: Path) -> None:
    _agrees([raw for raw in yaml.safe_load_all(path.read_text()) if raw], valid=False)


def _agrees(objects: list[Json], valid: bool) -> None:
    faults = []
    for raw in objects:
        assert find(raw.get("apiVersion"), raw.get("kind")) is not None, f"kind {raw.get('kind')} is not served yet"
        faults += [fault for fault in check(raw) if fault.severity == "error"]
    assert valid or faults, "accepted"
    assert not (valid and faults), f"refused: {faults[0]}"

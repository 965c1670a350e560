"""The corpus `crds`: each field of Istio's CustomResourceDefinitions is in ours, with the same type and limits."""

import json
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

from lateen.install.crds import crd
from lateen.kinds.all import KINDS

CORPUS = "crds"
Check = Callable[[], None]
ISTIO = {kind.kind: kind for kind in KINDS if kind.group.endswith(".istio.io")}
_LIMITS = ("enum", "format", "pattern", "minimum", "maximum", "minLength", "maxLength")


def flat(schema: dict[str, Any], path: str, required: bool = False) -> Iterator[tuple[str, dict[str, Any]]]:
    """The fields of a schema as the table has them: [] after a list's path, {} after a map's."""
    if "items" in schema:
        yield from flat(schema["items"], f"{path}[]", required)
    elif isinstance(schema.get("additionalProperties"), dict):
        yield from flat(schema["additionalProperties"], f"{path}{{}}", required)
    else:
        kind = "int-or-string" if schema.get("x-kubernetes-int-or-string") else schema.get("type", "any")
        limits = {name: schema[name] for name in _LIMITS if name in schema}
        yield path, {"type": kind} | limits | ({"required": True} if required else {})
        for name, member in schema.get("properties", {}).items():
            yield from flat(member, f"{path}.{name}", name in schema.get("required", ()))


@cache
def ours(kind: str) -> dict[str, dict[str, Any]]:
    schema = crd(ISTIO[kind])["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    return {
        path: field
        for name, member in schema["properties"].items()
        for path, field in flat(member, name, name in schema.get("required", ()))
    }


def comparable(field: dict[str, Any]) -> dict[str, Any]:
    """A field's description without what two generators may write differently: the order of an enum, 1 and 1.0."""
    found = {name: value for name, value in field.items() if name in ("type", "required", *_LIMITS)}
    return found | ({"enum": sorted(found["enum"])} if "enum" in found else {})


def difference(kind: str, field: dict[str, Any]) -> str:
    """What is different here from a field of Istio's; "" where nothing is."""
    if kind not in ISTIO or field["path"] not in ours(kind):
        return "missing"
    theirs, here = comparable(field), comparable(ours(kind)[field["path"]])
    names = [name for name in {**theirs, **here} if theirs.get(name) != here.get(name)]
    return ", ".join(f"{name}: {here.get(name)} here, {theirs.get(name)} there" for name in names)


def cases(folder: Path) -> Iterator[tuple[str, Check]]:
    """Yield each case: an id, and a check that raises AssertionError where it does not hold."""
    for path in sorted((folder / CORPUS).glob("fields.json")):
        for kind, said in json.loads(path.read_text()).items():
            for field in said["fields"]:
                yield f"{kind}:{field['path']}", partial(_described_the_same, kind, field)


def _described_the_same(kind: str, field: dict[str, Any]) -> None:
    assert not (found := difference(kind, field)), found

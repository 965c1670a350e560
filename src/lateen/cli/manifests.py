"""Read the objects named on the command line, and put them in the order that breaks nothing."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from lateen.base.errors import Fault, Invalid, LateenError
from lateen.kinds.decode import decode
from lateen.kinds.documents import Document, load
from lateen.kinds.object import Object

# What others refer to comes first; a DestinationRule's subsets before the routes that name them.
ORDER = (
    "Namespace", "ProcessImage", "ServiceAccount", "Secret", "ConfigMap", "Service", "EndpointSlice",
    "ServiceEntry", "DestinationRule", "Gateway", "VirtualService", "PeerAuthentication",
    "Pod", "ReplicaSet", "Deployment",
)  # fmt: skip
_PLACE = {kind: place for place, kind in enumerate(ORDER)}


def read_objects(names: Sequence[str]) -> list[Object]:
    """Read and check every object of files, folders and `-` (standard input), in the order to create them.

    Raises Invalid with the faults of all files at once.
    """
    objects: list[Object] = []
    faults: list[Fault] = []
    for name in names:
        for path in _files(name):
            _read(path, objects, faults)
    if faults:
        raise Invalid(", ".join(names), faults)
    return sorted(objects, key=lambda found: _PLACE.get(found.kind, len(ORDER)))


def objects_of(raws: Iterable[dict[str, Any]]) -> list[Object]:
    """Check objects made by a program, as if they had been read."""
    return [decode(raw) for raw in raws]


def _files(name: str) -> Iterable[Path | None]:
    if name == "-":
        return [None]
    path = Path(name)
    if path.is_dir():
        found = sorted(file for pattern in ("*.yaml", "*.yml", "*.json") for file in path.rglob(pattern))
        if not found:
            raise LateenError(f"{name} holds no .yaml, .yml or .json file")
        return found
    if not path.exists():
        raise LateenError(f"{name}: no such file or folder")
    return [path]


def _read(path: Path | None, objects: list[Object], faults: list[Fault]) -> None:
    name = str(path) if path else "stdin"
    try:
        documents = load(path.read_text() if path else sys.stdin.read(), name)
    except Invalid as error:
        faults.extend(error.faults)
        return
    except (OSError, UnicodeDecodeError) as error:
        faults.append(Fault("", f"cannot be read: {error}", file=name))
        return
    for document in documents:
        try:
            found = decode(_resolved(document, path), file=name, lines=document.lines, strict=True)
            objects.append(found)
        except Invalid as error:
            faults.extend(error.faults)


def _resolved(document: Document, path: Path | None) -> dict[str, Any]:
    """A ProcessImage's folder is meant relative to the file that names it."""
    raw = document.raw
    spec = raw.get("spec")
    if raw.get("kind") != "ProcessImage" or not isinstance(spec, dict) or not isinstance(spec.get("directory"), str):
        return raw
    folder = (path.parent if path else Path()) / spec["directory"]
    return {**raw, "spec": {**spec, "directory": str(folder.resolve())}}


def shown(found: Object) -> str:
    """Name an object as kubectl does: `virtualservice.networking.istio.io/reviews`."""
    group = f".{found.spec.group}" if found.spec.group else ""
    return f"{found.spec.singular}{group}/{found.name}"

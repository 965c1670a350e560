"""Read the objects named on the command line, and put them in the order that breaks nothing."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from lateen.base.errors import Fault, Invalid
from lateen.kinds.decode import decode
from lateen.kinds.documents import Document
from lateen.kinds.object import Object
from lateen.sources.files import manifest_files, read_manifests

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
    for file in (file for name in names for file in manifest_files(name)):
        try:
            documents = read_manifests([file])
        except Invalid as error:
            faults.extend(error.faults)
            continue
        for document in documents:
            try:
                objects.append(decode(_resolved(document), file=document.file, lines=document.lines, strict=True))
            except Invalid as error:
                faults.extend(error.faults)
    if faults:
        raise Invalid(", ".join(names), faults)
    return sorted(objects, key=lambda found: _PLACE.get(found.kind, len(ORDER)))


def objects_of(raws: Iterable[dict[str, Any]]) -> list[Object]:
    """Check objects made by a program, as if they had been read."""
    return [decode(raw) for raw in raws]


def _resolved(document: Document) -> dict[str, Any]:
    """A ProcessImage's folder is meant relative to the file that names it."""
    raw = document.raw
    spec = raw.get("spec")
    if raw.get("kind") != "ProcessImage" or not isinstance(spec, dict) or not isinstance(spec.get("directory"), str):
        return raw
    folder = (Path(document.file).parent if Path(document.file).exists() else Path()) / spec["directory"]
    return {**raw, "spec": {**spec, "directory": str(folder.resolve())}}


def shown(found: Object) -> str:
    """Name an object as kubectl does: `virtualservice.networking.istio.io/reviews`."""
    group = f".{found.spec.group}" if found.spec.group else ""
    return f"{found.spec.singular}{group}/{found.name}"

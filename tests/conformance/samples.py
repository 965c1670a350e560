"""The corpus `samples`: every object of a kind that the mesh serves is accepted as it stands."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from lateen.kinds.all import find
from lateen.kinds.decode import check
from lateen.kinds.documents import load

CORPUS = "samples"
Check = Callable[[], None]

# What a Kubernetes API server refuses as well, by file.
REFUSED = {"mtls-echo/mtls-echo": 'the pod has no volume "ca-certs"'}
# APIs whose kinds must all be served.
_GROUPS = (".istio.io", "gateway.networking.k8s.io")
_LATER = ("install.istio.io",)


def cases(folder: Path) -> Iterator[tuple[str, Check]]:
    """Yield each manifest: its path, and a check that raises AssertionError where an object is not accepted."""
    root = folder / CORPUS
    for path in sorted(root.rglob("*.yaml")):
        text = path.read_text()
        if "{{" not in text:  # a chart's template is no manifest
            name = str(path.relative_to(root).with_suffix(""))
            yield name, partial(_accepted, text, str(path), REFUSED.get(name, ""))


def _accepted(text: str, file: str, refused: str) -> None:
    faults = []
    for document in load(text, file):
        version, kind = document.raw.get("apiVersion", ""), document.raw.get("kind")
        if find(version, kind) is not None:
            faults += check(document.raw, file=document.file, lines=document.lines, strict=True)
        else:
            group = version.partition("/")[0]
            assert group in _LATER or not group.endswith(_GROUPS), f"kind {kind} of {version} is not served yet"
    found = [fault.message for fault in faults if fault.severity == "error"]
    assert found == ([refused] if refused else []), "; ".join(found) or "accepted"

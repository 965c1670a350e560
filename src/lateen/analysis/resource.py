"""An object to be analyzed, as it was written: it may be incomplete, faulty, or of an unknown kind."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from lateen.base.refs import Key
from lateen.kinds.documents import Document
from lateen.kinds.object import line_of

Raw = dict[str, Any]
_GATEWAY_API = "gateway.networking.k8s.io"


class Resource(Struct, frozen=True, eq=False):
    """`raw`: as written. `lines`: the line of each field by path, in `file`; both empty for what an API server has."""

    raw: Raw
    file: str = ""
    lines: Mapping[str, int] = {}

    @classmethod
    def read(cls, document: Document, namespace: str = "") -> "Resource":
        """Take an object of a file; `namespace` is for one that names none."""
        meta = document.raw.get("metadata")
        raw = document.raw
        if namespace and isinstance(meta, dict) and not meta.get("namespace"):
            raw = {**raw, "metadata": {**meta, "namespace": namespace}}
        return cls(raw, document.file, document.lines)

    @property
    def kind(self) -> str:
        """The kind's name; the Gateway API's Gateway is a KubernetesGateway."""
        kind = str(self.raw.get("kind", ""))
        return f"Kubernetes{kind}" if kind == "Gateway" and self.group == _GATEWAY_API else kind

    @property
    def group(self) -> str:
        """The API group, "" for the core."""
        version = str(self.raw.get("apiVersion", ""))
        return version.partition("/")[0] if "/" in version else ""

    @property
    def meta(self) -> Raw:
        """The metadata, {} where there is none."""
        return a_map(self.raw.get("metadata"))

    @property
    def spec(self) -> Raw:
        """The spec, {} where there is none."""
        return a_map(self.raw.get("spec"))

    @property
    def key(self) -> Key:
        """Namespace and name."""
        return Key(self.namespace, self.name)

    @property
    def namespace(self) -> str:
        """The namespace, "" where none is stated."""
        return str(self.meta.get("namespace") or "")

    @property
    def name(self) -> str:
        """The name."""
        return str(self.meta.get("name") or "")

    @property
    def labels(self) -> dict[str, str]:
        """The labels."""
        return pairs(self.meta.get("labels"))

    @property
    def annotations(self) -> dict[str, str]:
        """The annotations."""
        return pairs(self.meta.get("annotations"))

    def __str__(self) -> str:
        return f"{self.raw.get('kind', '')} {self.key}"

    def reference(self, path: str = "") -> str:
        """Where the field at `path` was written, as `file:line`; "" where that is not known."""
        return f"{self.file}:{line_of(self.lines, path) or 1}" if self.file else ""


def a_map(value: Any) -> dict[str, Any]:
    """The value if it is a map, else {}."""
    return value if isinstance(value, dict) else {}


def pairs(value: Any) -> dict[str, str]:
    """The entries of a map as texts, as labels are; {} where there is no map."""
    return {str(name): str(text) for name, text in a_map(value).items()}


def maps(value: Any) -> list[dict[str, Any]]:
    """The maps in a list; [] where there is no list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def texts(value: Any) -> list[str]:
    """The texts in a list; [] where there is no list."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def numbered(value: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The maps in a list, each with its path."""
    for index, each in enumerate(value if isinstance(value, list) else ()):
        if isinstance(each, dict):
            yield f"{path}[{index}]", each

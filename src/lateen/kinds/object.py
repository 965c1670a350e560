"""An accepted object: typed for us, raw for whoever wrote it."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from lateen.base.errors import Fault
from lateen.base.refs import Key, Origin
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.paths import parent
from lateen.kinds.spec import KindSpec


class Object(Struct, frozen=True, kw_only=True):
    """An object that passed every check.

    `model`: the typed value, of type `spec.model`. `raw`: exactly as given; nobody changes it. `file` and
    `lines` (by path of field): where it was written, when that is known. `warnings`: noticed but not refused.
    """

    spec: KindSpec
    key: Key
    model: Any
    raw: dict[str, Any]
    file: str = ""
    lines: Mapping[str, int] = {}
    warnings: tuple[Fault, ...] = ()

    def __repr__(self) -> str:
        """Name the object only: its content may be secret, and belongs in no log."""
        return f"<{self.spec.kind} {self.key}>"

    @property
    def kind(self) -> str:
        """The kind's name."""
        return self.spec.kind

    @property
    def namespace(self) -> str:
        """The namespace as stated; "" where none is."""
        return self.key.namespace

    @property
    def name(self) -> str:
        """The object's name."""
        return self.key.name

    @property
    def meta(self) -> ObjectMeta:
        """The typed metadata."""
        meta: ObjectMeta = self.model.metadata
        return meta

    @property
    def labels(self) -> Mapping[str, str]:
        """The object's labels."""
        return self.meta.labels

    @property
    def annotations(self) -> Mapping[str, str]:
        """The object's annotations."""
        return self.meta.annotations

    @property
    def created(self) -> str:
        """When it was created, RFC 3339; "" when it comes from a file."""
        return self.meta.creation_timestamp

    @property
    def origin(self) -> Origin:
        """Where the object comes from; its kind by the name that no other has (`KindSpec.name`)."""
        return Origin(self.spec.name, *self.key, "", self.file, line_of(self.lines, ""))

    def origin_at(self, path: str) -> Origin:
        """Where the field at `path` comes from, with its line when it is known."""
        return Origin(self.spec.name, *self.key, path, self.file, line_of(self.lines, path))


def line_of(lines: Mapping[str, int], path: str) -> int:
    """Return the line of `path`, or of the closest field around it; 0 when lines are not known."""
    while path and path not in lines:
        path = parent(path)
    return lines.get(path, 0)

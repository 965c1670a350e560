"""What the house knows of a kind: its names, versions, model, validation and printed columns."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from lateen.base.errors import Fault
from lateen.kinds.ages import age


@dataclass(frozen=True, slots=True)
class Column:
    """A printed column. `path`: a JSON path such as `.spec.host`; `cell` computes the text instead.

    `type` is Kubernetes': string, integer, boolean, date. `wide`: shown only with `-o wide`.
    """

    name: str
    path: str = ""
    type: str = "string"
    cell: Callable[[Mapping[str, Any]], str] | None = None
    wide: bool = False

    def text(self, raw: Mapping[str, Any], now: float = 0.0) -> str:
        """Return the cell of an object as given. A date is its age at `now` (seconds since the epoch), or
        stands as it is while `now` is 0."""
        if self.cell is not None:
            return self.cell(raw)
        value: Any = raw
        for key in self.path.strip(".").split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        if value is None:
            return ""
        if self.type == "date" and now:
            return age(str(value), now)
        return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


AGE = Column("Age", ".metadata.creationTimestamp", "date")


# The groups of kinds that Kubernetes has of itself.
BUILT_IN_GROUPS = frozenset(
    {"", "apps", "batch", "coordination.k8s.io", "discovery.k8s.io", "apiextensions.k8s.io", "certificates.k8s.io"}
    | {"networking.k8s.io"}
    | {"rbac.authorization.k8s.io"}
)


def valid(model: Any) -> Iterable[Fault]:
    """Find nothing wrong: the validation of kinds whose model says it all."""
    return ()


@dataclass(frozen=True, slots=True, eq=False)
class KindSpec:
    """A kind. `versions`: the preferred first; `storage_version`: the one a cluster stores, "" = the preferred.
    `model`: the struct of a whole object.

    `validate` yields what is wrong beyond the schema. `open`: fields the model does not name are tolerated
    (told as warnings). `read_only`: why an API server of ours lets nobody write it, "" = it does. `free_names`:
    objects may be named by any segment of a path. `hints`: how to mend faults at a path (list positions as `[]`).
    `alias`: what the house calls it where another kind has its name. `reads`: the fields that the mesh reads beside
    the metadata, as `spec.nodeName` (see `projection`); empty = the object as written. `conditions`: those of its
    status that the mesh reads of an object as written. `defaulted`: an API server writes the model's defaults into
    its objects, as the kind's own definition has it do.
    """

    group: str
    kind: str
    plural: str
    versions: tuple[str, ...]
    model: type[Struct]
    validate: Callable[[Any], Iterable[Fault]] = valid
    namespaced: bool = True
    singular: str = ""
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    columns: tuple[Column, ...] = (AGE,)
    open: bool = False
    free_names: bool = False
    hints: Mapping[str, str] = field(default_factory=dict)
    storage_version: str = ""
    alias: str = ""
    defaulted: bool = False
    read_only: str = ""
    reads: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.singular:
            object.__setattr__(self, "singular", self.kind.lower())
        if not self.storage_version:
            object.__setattr__(self, "storage_version", self.versions[0])

    @property
    def name(self) -> str:
        """What the house calls the kind: no two kinds share it."""
        return self.alias or self.kind

    @property
    def built_in(self) -> bool:
        """Say whether Kubernetes has this kind of itself; others are custom resources."""
        return self.group in BUILT_IN_GROUPS

    @property
    def api_versions(self) -> tuple[str, ...]:
        """Every apiVersion that names this kind, the preferred first: "v1" or "group/version"."""
        return tuple(f"{self.group}/{version}" if self.group else version for version in self.versions)

    @property
    def resource(self) -> str:
        """The full name kubectl knows it by: `virtualservices.networking.istio.io`, `pods`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

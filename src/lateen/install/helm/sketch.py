"""A sketch of an installation: settings of marks, and the switches by which objects are there or not."""

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lateen.install.helm.weave import Node, Variant, weave
from lateen.install.parts import COMPONENT, REVISION, VERSION, Installation, Raw


class Switch(NamedTuple):
    """`condition`: that it is on, as Helm says it. `path`: where the sketch has what is emptied when it is off."""

    condition: str
    path: tuple[str, ...]


@dataclass(frozen=True)
class Sketch(Installation):
    """An installation whose settings Helm knows; `said` has what is not in the tree, by the names of the properties."""

    said: Mapping[str, Any] = field(default_factory=dict)

    @property
    def namespace(self) -> str:
        return str(self.said["namespace"])

    @property
    def revision(self) -> str:
        return str(self.said["revision"])

    @property
    def suffix(self) -> str:
        return str(self.said["suffix"])

    @property
    def is_default(self) -> bool:
        return bool(self.said["is_default"])

    def takes_unnamed(self, tag: str = "") -> bool:
        return bool(self.said["is_default_tag"]) if tag else self.is_default

    @property
    def tags(self) -> list[str]:
        return list(self.said["tags"])

    @property
    def checks_unnamed(self) -> bool:
        return bool(self.said["checks_unnamed"])

    @property
    def signer(self) -> str:
        return str(self.said["signer"])

    @property
    def policy(self) -> str:
        return str(self.said["policy"])

    def image(self, name: str, part: Mapping[str, Any] | None = None) -> str:
        return str(self.said["image"])

    def mesh(self) -> str:
        return str(self.said["mesh"])

    def injection(self) -> str:
        return str(self.said["injection"])

    def labels(self, component: str, **more: str) -> dict[str, str]:
        """Helm owns the objects: `lateen install` and `lateen uninstall` leave them alone."""
        return {
            "app.kubernetes.io/managed-by": str(self.said["manager"]),
            "app.kubernetes.io/part-of": "istio",
            COMPONENT: component,
            VERSION: self.version,
            REVISION: self.revision,
            "release": str(self.said["release"]),
            **more,
        }

    def without(self, path: Sequence[str]) -> "Sketch":
        """Return the sketch with what stands at `path` (below `tree` or `said`) emptied."""
        made = {"tree": copy.deepcopy(self.tree), "said": copy.deepcopy(self.said)}
        place: Any = made
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = type(place[path[-1]])()
        return Sketch(made["tree"], self.version, made["said"])


def woven(objects: Callable[[Sketch], Iterable[Raw]], sketch: Sketch, switches: Iterable[Switch]) -> Node:
    """Return what `objects` makes of the sketch, with the conditions under which each part of it is there."""
    variants = [Variant(switch.condition, list(objects(sketch.without(switch.path)))) for switch in switches]
    return weave(list(objects(sketch)), variants)

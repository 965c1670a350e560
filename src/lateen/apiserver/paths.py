"""Read a request's path: which kind, which object, which subresource."""

from typing import NamedTuple
from urllib.parse import unquote

from lateen.apiserver.rules import Attributes
from lateen.apiserver.status import unknown_path
from lateen.base.refs import Key
from lateen.kinds.all import by_plural
from lateen.kinds.spec import KindSpec


class Target(NamedTuple):
    """What a path under /api or /apis points at.

    `plural` is the resource as written, `kind` its spec (None for resources that are no stored kind, such as
    tokenreviews). `namespace` "" = all; `name` "" = the collection; `rest` is what follows the subresource.
    """

    group: str
    version: str
    plural: str
    kind: KindSpec | None
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    rest: str = ""

    @property
    def key(self) -> Key:
        """The key of the object."""
        return Key(self.namespace, self.name)

    def attributes(self, verb: str) -> Attributes:
        """What authorization asks about."""
        return Attributes(verb, self.group, self.plural, self.subresource, self.namespace, self.name)


REVIEWS = {
    "authentication.k8s.io": ("tokenreviews", "selfsubjectreviews"),
    "authorization.k8s.io": (
        "selfsubjectaccessreviews",
        "selfsubjectrulesreviews",
        "subjectaccessreviews",
        "localsubjectaccessreviews",
    ),
}
NAMESPACED_REVIEWS = frozenset({"localsubjectaccessreviews"})


def is_resource_path(path: str) -> bool:
    """Say whether a path is of a resource; others (discovery, health, metrics) are authorized as paths."""
    steps = path.strip("/").split("/")
    return (steps[0] == "api" and len(steps) > 2) or (steps[0] == "apis" and len(steps) > 3)


def parse_path(path: str) -> Target:
    """Parse a raw (still percent-encoded) path of a resource; raises Refusal 404 for everything else.

    /api/v1/pods, /api/v1/namespaces/ns/pods/name/log, /apis/group/version/plural/name/status …
    """
    steps = path.strip("/").split("/")
    match steps:
        case ["api", version, *rest]:
            group = ""
        case ["apis", group, version, *rest]:
            pass
        case _:
            raise unknown_path()
    if not rest:
        raise unknown_path()
    if rest[0] == "namespaces" and len(rest) >= 3 and rest[2] not in ("status", "finalize"):
        namespace, rest = unquote(rest[1]), rest[2:]
    else:
        namespace = ""
    plural, name, subresource, *tail = (*rest, "", "")[: max(3, len(rest))]
    kind = _kind(group, version, plural)
    target = Target(group, version, plural, kind, namespace, unquote(name), unquote(subresource), "/".join(tail))
    _check(target)
    return target


def _kind(group: str, version: str, plural: str) -> KindSpec | None:
    if plural in REVIEWS.get(group, ()) and version == "v1":
        return None
    try:
        kind = by_plural(group, plural)
    except KeyError:
        raise unknown_path() from None
    if version not in kind.versions:
        raise unknown_path()
    return kind


def _check(target: Target) -> None:
    if target.kind is None:
        if target.name or bool(target.namespace) is not (target.plural in NAMESPACED_REVIEWS):
            raise unknown_path()
        return
    if target.namespace and not target.kind.namespaced:
        raise unknown_path()
    if target.name and target.kind.namespaced and not target.namespace:
        raise unknown_path()


# Whoever connects into a pod creates something there, also when the WebSocket begins with a GET.
_CONNECTING = frozenset({"exec", "attach", "portforward"})


def verb_of(method: str, target: Target, watch: bool) -> str:
    """The verb of a request, in RBAC's words; "" for a method that the path does not take."""
    whole = not target.name
    if target.plural == "pods" and target.subresource in _CONNECTING:
        return "create" if method in ("GET", "POST") else ""
    match method:
        case "GET" | "HEAD":
            return ("watch" if watch else "list") if whole else "get"
        case "POST":
            return "create" if whole or target.subresource else ""
        case "PUT":
            return "" if whole else "update"
        case "PATCH":
            return "" if whole else "patch"
        case "DELETE":
            return "deletecollection" if whole else "delete"
    return ""

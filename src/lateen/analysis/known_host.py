"""The hosts that there are: which namespaces see each, and its ports."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from lateen.analysis.resource import Resource, a_map, maps, pairs, texts
from lateen.base.hosts import covers, fqdn
from lateen.kinds.suggestion import suggestion

EXPORT_TO = "networking.istio.io/exportTo"


class KnownHost(Struct, frozen=True):
    """A host that `resource` declares. `exports`: namespaces, "." its own and "*" all; () = all."""

    host: str
    resource: Resource
    exports: tuple[str, ...] = ()

    def visible_to(self, namespace: str) -> bool:
        """Say whether clients in `namespace` see it."""
        own = self.resource.namespace
        return not self.exports or any(
            one in ("*", namespace) or (one == "." and own == namespace) for one in self.exports
        )

    @property
    def ports(self) -> list[int]:
        """The numbers of its ports."""
        field = "port" if self.resource.kind == "Service" else "number"
        return [port[field] for port in maps(self.resource.spec.get("ports")) if isinstance(port.get(field), int)]

    @property
    def selector(self) -> Mapping[str, str]:
        """The labels of the pods behind it, {} where it selects none."""
        spec = self.resource.spec
        found = (
            spec.get("selector")
            if self.resource.kind == "Service"
            else a_map(spec.get("workloadSelector")).get("labels")
        )
        return pairs(found)


class Hosts:
    """The hosts of a mesh."""

    def __init__(self, services: Iterable[Resource], entries: Iterable[Resource]) -> None:
        self.all = [*map(_of_service, services), *(host for entry in entries for host in _of_entry(entry))]

    def find(self, host: str, namespace: str) -> KnownHost | None:
        """What a client in `namespace` finds under a name, which may be short: the exact host before a wildcard."""
        found = [
            one for one in self.all if one.visible_to(namespace) and covers(one.host, fqdn(host, namespace).lower())
        ]
        return min(found, key=lambda one: one.host.startswith("*"), default=None)

    def nearest(self, host: str, namespace: str) -> str:
        """A sentence about the host that was probably meant; "" where none is near."""
        full = fqdn(host, namespace).lower()
        names = {one.host for one in self.all if one.visible_to(namespace)}
        short = full.partition(".")[0]
        elsewhere = sorted(name for name in names if name.partition(".")[0] == short and ".svc." in name)
        if "." not in host and elsewhere:
            return f'a short name is in its own namespace, "{namespace}": did you mean "{elsewhere[0]}"?'
        found = elsewhere[0] if elsewhere else suggestion(full, names)
        return f'did you mean "{found}"?' if found else ""


def _of_service(service: Resource) -> KnownHost:
    said = [part.strip() for part in service.annotations.get(EXPORT_TO, "").split(",")]
    host = fqdn(service.name, service.namespace).lower()
    return KnownHost(host, service, tuple(part for part in said if part))


def _of_entry(entry: Resource) -> Iterator[KnownHost]:
    for host in texts(entry.spec.get("hosts")):
        yield KnownHost(fqdn(host, entry.namespace).lower(), entry, tuple(texts(entry.spec.get("exportTo"))))

"""What a Sidecar says: which services its proxies know, on which listeners, and what their workloads accept.

https://istio.io/latest/docs/reference/config/networking/sidecar/
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from lateen.base.hosts import covers, fqdn, overlap
from lateen.base.refs import Origin
from lateen.kinds.networking.connection_pool import ConnectionPoolSettings
from lateen.kinds.networking.destination import Destination
from lateen.kinds.networking.sidecar import OutboundTrafficPolicy, SidecarSpec
from lateen.kinds.networking.sidecar_egress import EgressListener
from lateen.kinds.networking.sidecar_ingress import IngressListener
from lateen.kinds.networking.sidecar_port import is_unix
from lateen.kinds.object import Object
from lateen.planner import names
from lateen.registry import protocols
from lateen.registry.service import HTTP

_LOOPBACK = "127.0.0.1"
_ALL = "*"
# Before a namespace: what it names is left out. Alone with "*": nothing comes in at all.
_NOT = "~"

# A namespace ("*" = all) and a pattern of hosts.
HostsOf = tuple[str, str]


class Egress(Struct, frozen=True, kw_only=True):
    """An egress listener. `port` 0 = every port that no other listener has. `address`: where it is bound: an IP, a
    unix socket, "" = where services are, reached by capture. `hosts` come in, but for those of `excluded`.
    `http`: a socket carries HTTP; ports carry what services say."""

    hosts: tuple[HostsOf, ...]
    excluded: tuple[HostsOf, ...] = ()
    port: int = 0
    address: str = ""
    http: bool = True

    @property
    def is_socket(self) -> bool:
        """Say whether it is a socket in the file system, where no port tells services apart."""
        return is_unix(self.address)

    def imports(self, namespace: str, host: str) -> bool:
        """Say whether a service's host, declared in `namespace`, is known here."""
        return _names(self.hosts, namespace, host) and not _names(self.excluded, namespace, host)

    def obeys(self, namespace: str, hosts: Iterable[str]) -> bool:
        """Say whether rules in `namespace` for `hosts` count here: for one of them at least, in part at least."""
        return any(
            any(one in (_ALL, namespace) and overlap(pattern, host) is not None for one, pattern in self.hosts)
            and not _names(self.excluded, namespace, host)
            for host in hosts
        )


EVERYTHING = Egress(hosts=((_ALL, _ALL),))


class SidecarRules(Struct, frozen=True, kw_only=True):
    """A Sidecar. `selector`: the workloads that it is for, {} = all of its namespace. `allow_any`: what becomes of
    traffic that no service claims, None = what the mesh says; `egress_proxy`: the upstream that gets it, "" = none."""

    namespace: str
    name: str
    selector: Mapping[str, str] = {}
    egress: tuple[Egress, ...] = (EVERYTHING,)
    allow_any: bool | None = None
    egress_proxy: str = ""
    ingress: tuple[IngressListener, ...] = ()
    pool: ConnectionPoolSettings | None = None
    created: str = ""
    origin: Origin = Origin()

    @property
    def age(self) -> tuple[str, str]:
        """Sort key within a namespace: the oldest first, then by name."""
        return (self.created, self.name)


def sidecar_rules(found: Object) -> SidecarRules:
    """Read a Sidecar. `.` and short hosts are relative to its own namespace."""
    spec: SidecarSpec = found.model.spec
    policy = spec.outbound_traffic_policy
    return SidecarRules(
        namespace=found.namespace,
        name=found.name,
        selector=spec.workload_selector.labels if spec.workload_selector else {},
        egress=tuple(_egress(one, found.namespace) for one in spec.egress) or (EVERYTHING,),
        allow_any=policy.mode == "ALLOW_ANY" if policy else None,
        egress_proxy=_egress_proxy(policy, found.namespace),
        ingress=spec.ingress,
        pool=spec.inbound_connection_pool,
        created=found.created,
        origin=found.origin,
    )


def _egress(listener: EgressListener, namespace: str) -> Egress:
    pairs = [text.partition("/")[::2] for text in listener.hosts]
    return Egress(
        hosts=tuple(
            (namespace if one == "." else one, host.lower()) for one, host in pairs if not one.startswith(_NOT)
        ),
        excluded=tuple((one.removeprefix(_NOT) or _ALL, host.lower()) for one, host in pairs if one.startswith(_NOT)),
        port=listener.port.number if listener.port else 0,
        address=listener.bind or (_LOOPBACK if listener.capture_mode == "NONE" else ""),
        http=not is_unix(listener.bind) or protocols.named(listener.port.protocol if listener.port else "") in HTTP,
    )


def _egress_proxy(policy: OutboundTrafficPolicy | None, namespace: str) -> str:
    proxy: Destination | None = policy.egress_proxy if policy and policy.mode == "ALLOW_ANY" else None
    if proxy is None:
        return ""
    port = proxy.port.number if proxy.port else 0
    return names.outbound(port, proxy.subset, fqdn(proxy.host, namespace).lower())


def _names(pairs: Iterable[HostsOf], namespace: str, host: str) -> bool:
    return any(one in (_ALL, namespace) and covers(pattern, host) for one, pattern in pairs)

"""Upstreams of a service: one per port and subset, connected to as destination rules say."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from lateen.kinds.networking.client_tls import ClientTLSSettings
from lateen.kinds.networking.traffic_policy import TrafficPolicy
from lateen.plan.upstream import Discovery, Protocol, Upstream, UpstreamTls
from lateen.planner import balancing, names, traffic_policy
from lateen.planner.destination_rule import Rule
from lateen.planner.locality import arrange, preference
from lateen.planner.members import ByPort, Member, chosen
from lateen.planner.traffic_policy import Policy
from lateen.registry.mesh import Mesh
from lateen.registry.service import Service, ServicePort

_DISCOVERY: dict[str, Discovery] = {
    "EDS": "EDS",
    "HEADLESS": "ORIGINAL_DST",
    "NONE": "ORIGINAL_DST",
    "DNS": "STRICT_DNS",
    "DNS_ROUND_ROBIN": "LOGICAL_DNS",
    "DYNAMIC_DNS": "DYNAMIC_DNS",
}


class Peers(Struct, frozen=True):
    """What is known of all endpoints of a service: their identities (SPIFFE IDs, sorted), and the port
    numbers on which each of them accepts mesh TLS. `named`: those that are looked up by name, by port."""

    identities: tuple[str, ...] = ()
    mesh_ports: tuple[int, ...] = ()
    named: ByPort = {}


NO_PEERS = Peers()


class Caller(Struct, frozen=True):
    """Who connects. `place`: the labels that tell where, as far as rules read them. `gateway`: it is one."""

    place: Mapping[str, str] = {}
    gateway: bool = False


ANYBODY = Caller()


def plan_upstreams(
    service: Service, rule: Rule | None, peers: Peers, mesh: Mesh, caller: Caller = ANYBODY
) -> Iterator[Upstream]:
    """Plan the upstreams of all ports of a service and, of each, all subsets that the rule names."""
    for port in service.ports:
        site = _Site(service, port, "", rule, peers, mesh, caller)
        yield _upstream(site)
        for subset in rule.subsets if rule else ():
            yield _upstream(replace(site, subset=subset.name, labels=subset.labels), subset.traffic_policy)


def plan_datagrams(service: Service, mesh: Mesh) -> Iterator[Upstream]:
    """Plan the upstreams of a service's ports of UDP: no rule speaks of datagrams, and no TLS is in them."""
    for port in service.datagrams if service.resolution == "EDS" else ():
        yield Upstream(
            name=names.datagrams(port.number, service.host),
            discovery="EDS",
            connect_timeout_ms=mesh.connect_timeout_ms,
            host=service.host,
            port=port.number,
            origin=service.origin,
        )


class _Site(Struct, frozen=True):
    """What one upstream is made of."""

    service: Service
    port: ServicePort
    subset: str
    rule: Rule | None
    peers: Peers
    mesh: Mesh
    caller: Caller
    labels: Mapping[str, str] = {}

    @property
    def reads_secrets(self) -> bool:
        """Say whether a rule's credentials are for this client: for gateways, and for those that it selects."""
        return self.caller.gateway or bool(self.rule and self.rule.selector)


def _upstream(site: _Site, subset_policy: TrafficPolicy | None = None) -> Upstream:
    service, port, rule = site.service, site.port, site.rule
    policy = traffic_policy.NO_POLICY
    if rule is not None:
        policy = traffic_policy.effective(port.number, rule.policy, subset_policy)
    balancer, hash_size = balancing.balancer(policy.balancer)
    preferred = preference(policy, service, site.mesh)
    discovery, members = _found(site, passthrough=balancer == "PASSTHROUGH")
    tls, auto_tls = _tls(site, policy.tls, discovery)
    return Upstream(
        name=names.outbound(port.number, site.subset, service.host),
        discovery=discovery,
        protocol=_protocol(port, policy, site.mesh),
        balancer=balancer,
        hash_size=hash_size,
        warmup=balancing.warmup(policy.balancer),
        connect_timeout_ms=traffic_policy.connect_timeout(policy.pool, site.mesh.connect_timeout_ms),
        localities=arrange(members, preferred, site.caller.place),
        weighted=preferred is not None,
        tls=tls,
        auto_tls=auto_tls,
        pool=traffic_policy.connection_pool(policy.pool),
        keepalive=traffic_policy.keepalive(policy.pool, site.mesh.keepalive),
        retry_budget=traffic_policy.retry_budget(policy.retry_budget),
        proxy_protocol=policy.proxy_protocol.version if policy.proxy_protocol else "",
        outliers=traffic_policy.outlier_detection(policy.outliers),
        host=service.host,
        subset=site.subset,
        port=port.number,
        origin=rule.origin if rule is not None else service.origin,
    )


def _found(site: _Site, *, passthrough: bool) -> tuple[Discovery, Sequence[Member]]:
    """Tell how endpoints are found, and which they are where they are looked up by name."""
    discovery: Discovery = "ORIGINAL_DST" if passthrough else _DISCOVERY[site.service.resolution]
    if discovery not in ("STRICT_DNS", "LOGICAL_DNS"):
        return discovery, ()
    members = chosen(site.peers.named.get(site.port.number, ()), site.labels)
    # LOGICAL_DNS resolves one name: exactly one.
    return ("LOGICAL_DNS", members[:1]) if discovery == "LOGICAL_DNS" and members else ("STRICT_DNS", members)


def _protocol(port: ServicePort, policy: Policy, mesh: Mesh) -> Protocol:
    http = policy.pool.http if policy.pool else None
    if http is not None and http.use_client_protocol and (port.is_http or port.is_auto):
        return "downstream"
    if port.is_http2:
        return "http2"
    if port.is_http:
        said = http.h2_upgrade_policy if http is not None else "DEFAULT"
        upgrade = said == "UPGRADE" or (said == "DEFAULT" and mesh.h2_upgrade)
        return "http2" if upgrade else "http1"
    return "downstream" if port.is_auto else "tcp"


def _tls(
    site: _Site, settings: ClientTLSSettings | None, discovery: Discovery
) -> tuple[UpstreamTls | None, UpstreamTls | None]:
    """Plan TLS for all endpoints, and TLS for those that accept the mesh's."""
    if settings is not None:
        return _said_tls(site, settings), None
    if not site.mesh.auto_mtls or site.service.external:
        return None, None
    if discovery not in ("ORIGINAL_DST", "DYNAMIC_DNS"):
        return None, _mesh_tls(site)
    # The endpoint is where the client was going: it is not chosen, so mesh TLS is for all of them or none.
    if site.service.resolution == "HEADLESS" and site.port.number in site.peers.mesh_ports:
        return _mesh_tls(site), None
    return None, None


def _mesh_tls(site: _Site, sni: str = "", sans: tuple[str, ...] = ()) -> UpstreamTls:
    return UpstreamTls(
        mode="ISTIO_MUTUAL",
        sni=sni or names.sni(site.port.number, site.subset, site.service.host),
        sans=sans or tuple(dict.fromkeys((*site.service.subject_alt_names, *site.peers.identities))),
    )


def _said_tls(site: _Site, settings: ClientTLSSettings) -> UpstreamTls | None:
    sans = settings.subject_alt_names
    if settings.mode == "ISTIO_MUTUAL":
        return _mesh_tls(site, settings.sni, sans)
    if settings.mode not in ("SIMPLE", "MUTUAL"):
        return None
    host = site.service.host
    return UpstreamTls(
        mode="MUTUAL" if settings.mode == "MUTUAL" else "SIMPLE",
        sni=settings.sni or ("" if host.startswith("*") else host),
        sans=() if settings.insecure_skip_verify else sans or site.service.subject_alt_names,
        ca_file=settings.ca_certificates,
        cert_file=settings.client_certificate,
        key_file=settings.private_key,
        crl_file=settings.ca_crl,
        credential=settings.credential_name if site.reads_secrets else "",
        verified=not settings.insecure_skip_verify,
        ciphers=site.mesh.tls.ciphers,
        curves=site.mesh.tls.curves,
    )

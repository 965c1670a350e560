"""Which endpoints a cluster may choose, and what TLS it speaks to each."""

from collections.abc import Iterator
from typing import Any, Literal

from lateen.base.refs import Origin
from lateen.proto import types
from lateen.simulate.call import Call, Choice
from lateen.simulate.proxy import Proxy, unpack
from lateen.simulate.trail import Trail

_DYNAMIC_DNS = "envoy.clusters.dynamic_forward_proxy"
_MATCHED = "envoy.transport_socket_match"
Spoken = Literal["mutual", "tls", "plaintext"]


def choose(proxy: Proxy, name: str, call: Call, trail: Trail, *, answer: int = 503, missing: int = 0) -> None:
    """Note what endpoints a cluster has for a call. `answer`: its status where there is none, 0 to bytes; `missing`:
    where there is no such cluster, 0 = the same."""
    cluster = proxy.cluster(name)
    if cluster is None:
        trail.step("cluster", name, "there is no such cluster", flags="NC", status=missing or answer)
        return
    origin = proxy.origin_of(types.CLUSTER, name)
    found = tuple(choices(proxy, name, call))
    trail.step("cluster", name, _why(cluster), origin, endpoints=found)
    if not found:
        trail.step("endpoints", "", "no endpoint is there", Origin(), flags="UH", status=answer)
        return
    spoken = ", ".join(dict.fromkeys(f"{each.address}:{each.port} ({each.tls})" for each in found))
    trail.step("endpoints", spoken, "any of them")


def _why(cluster: Any) -> str:
    kind = cluster.cluster_type.name or type(cluster).DiscoveryType.Name(cluster.type)
    return f"endpoints by {kind}"


def choices(proxy: Proxy, name: str, call: Call) -> Iterator[Choice]:
    """Yield the endpoints that a cluster may choose for a call; none where there is no such cluster."""
    cluster = proxy.cluster(name)
    if cluster is None:
        return
    kind = type(cluster).DiscoveryType.Name(cluster.type)
    if kind == "ORIGINAL_DST" and not cluster.HasField("cluster_type"):
        override = cluster.original_dst_lb_config.upstream_port_override.value
        yield Choice(call.address, override or call.port, _spoken(cluster, None))
        return
    if cluster.cluster_type.name == _DYNAMIC_DNS:
        yield _asked_for(call, _spoken(cluster, None))
        return
    assignment = cluster.load_assignment
    if kind == "EDS":
        assignment = proxy.assignment(cluster.eds_cluster_config.service_name or cluster.name)
    for group in assignment.endpoints if assignment is not None else ():
        for each in group.lb_endpoints:
            address = each.endpoint.address.socket_address
            weight = each.load_balancing_weight.value or 1
            yield Choice(address.address, address.port_value, _spoken(cluster, each), weight, group.priority)


def _asked_for(call: Call, spoken: Spoken) -> Choice:
    """The host that a client names, looked up: for HTTP with the port that it names."""
    if call.protocol == "tcp" or call.tls != "plaintext":
        return Choice(call.server_name, call.port, spoken)
    host, _, port = call.host.partition(":")
    return Choice(host, int(port) if port.isdigit() else 80 if spoken == "plaintext" else 443, spoken)


def _spoken(cluster: Any, endpoint: Any | None) -> Spoken:
    """The first transport socket whose labels an endpoint has, else the cluster's own."""
    labels = endpoint.metadata.filter_metadata[_MATCHED].fields if endpoint is not None else {}
    for candidate in cluster.transport_socket_matches:
        wanted = candidate.match.fields
        if all(name in labels and labels[name] == wanted[name] for name in wanted):
            return _kind(candidate.transport_socket)
    return _kind(cluster.transport_socket) if cluster.HasField("transport_socket") else "plaintext"


def _kind(socket: Any) -> Spoken:
    if not socket.typed_config.type_url.endswith("UpstreamTlsContext"):
        return "plaintext"
    common = unpack(socket.typed_config).common_tls_context
    names = [each.name for each in common.tls_certificate_sds_secret_configs]
    return "mutual" if "default" in names else "tls"

from typing import Any

import pytest
from worlds import World, istio, service

from lateen.plan.upstream import Endpoint
from lateen.planner.scope import Scope

WEB = Scope("inbound", "shop", "app=web")


def world(ingress: str, *objects: Any, more: str = "") -> World:
    found = World(WEB)
    found.put(service("web", [{"name": "http", "port": 80, "targetPort": 8080}]))
    found.put(istio("Sidecar", "default", f"{{ingress: [{ingress}]{more}}}"), *objects)
    return found


def ports(mesh: World) -> list[str]:
    return [name for name in mesh.names("upstreams", WEB) if name.startswith("inbound|")]


def test_its_ports_take_the_place_of_those_that_services_lead_to():
    mesh = world("{port: {number: 9080, protocol: HTTP}, defaultEndpoint: '127.0.0.1:8080'}")
    assert ports(mesh) == ["inbound|9080||"]
    mesh.delete("Sidecar", "default")
    assert ports(mesh) == ["inbound|8080||"]


def test_services_stay_known_by_their_ports():
    mesh = world("{port: {number: 8080, protocol: HTTP}, defaultEndpoint: '127.0.0.1:1'}")
    assert mesh.upstream("inbound|8080||", WEB).host == "web.shop.svc.cluster.local"


@pytest.mark.parametrize(
    ("said", "discovery", "endpoint", "override"),
    [
        ("", "ORIGINAL_DST", None, 0),
        ("127.0.0.1:8080", "STATIC", Endpoint("127.0.0.1", 8080), 0),
        ("[::1]:8080", "STATIC", Endpoint("::1", 8080), 0),
        ("unix:///run/app", "STATIC", Endpoint("unix:///run/app", 0), 0),
        ("0.0.0.0:8080", "ORIGINAL_DST", None, 8080),
        ("[::]:8080", "ORIGINAL_DST", None, 8080),
    ],
)
def test_the_endpoint_is_where_the_application_listens(said, discovery, endpoint, override):
    mesh = world(f"{{port: {{number: 80, protocol: HTTP}}, defaultEndpoint: '{said}'}}")
    found = mesh.upstream("inbound|80||", WEB)
    assert (found.discovery, found.port_override) == (discovery, override)
    assert [one for group in found.localities for one in group.endpoints] == ([endpoint] if endpoint else [])
    assert found.bind_address == ("" if endpoint else "127.0.0.6")


def test_without_capture_it_is_listened_there():
    listener = (
        "{port: {number: 9080, protocol: HTTP}, bind: 192.0.2.1, captureMode: NONE, defaultEndpoint: '0.0.0.0:80'}"
    )
    mesh = world(listener)
    assert mesh.names("listeners", WEB) == ["192.0.2.1_9080", "virtualInbound"]
    bound = mesh.listener("192.0.2.1_9080", WEB)
    assert (bound.bind, bound.address, bound.port, bound.direction) == (True, "192.0.2.1", 9080, "INBOUND")
    assert {chain.name for chain in bound.chains} == {"192.0.2.1_9080"}
    assert "192.0.2.1_9080" not in {chain.name for chain in mesh.listener("virtualInbound", WEB).chains}
    assert mesh.upstream("inbound|9080||", WEB).localities[0].endpoints == (Endpoint("127.0.0.1", 80),)


TLS = "tls: {mode: MUTUAL, serverCertificate: c.pem, privateKey: k.pem, caCertificates: ca.pem}"
DISABLED = "{mtls: {mode: DISABLE}}"


def test_its_tls_counts_where_the_meshs_is_disabled():
    mesh = world(f"{{port: {{number: 9443, protocol: HTTPS}}, defaultEndpoint: '127.0.0.1:80', {TLS}}}")

    def chains() -> list[Any]:
        return [chain for chain in mesh.listener("virtualInbound", WEB).chains if chain.match.port == 9443]

    assert {chain.tls.mode for chain in chains() if chain.tls} == {"ISTIO_MUTUAL"}
    mesh.put(istio("PeerAuthentication", "default", DISABLED))
    (only,) = chains()
    assert (only.tls.mode, only.tls.files, only.tls.ca_file) == ("MUTUAL", (("c.pem", "k.pem"),), "ca.pem")
    assert only.match.transport == "tls" and only.proxy.stat_prefix == "inbound_0.0.0.0_9443"


POOL = "connectionPool: {tcp: {maxConnections: 7}}"


def test_a_listeners_own_limits_count_before_those_of_all():
    one = "{port: {number: 1, protocol: TCP}, defaultEndpoint: '127.0.0.1:1'}"
    two = f"{{port: {{number: 2, protocol: TCP}}, defaultEndpoint: '127.0.0.1:2', {POOL}}}"
    mesh = world(f"{one}, {two}", more=", inboundConnectionPool: {tcp: {maxConnections: 5}}")
    assert [mesh.upstream(name, WEB).pool.max_connections for name in ports(mesh)] == [5, 7]


def test_limits_of_all_hold_for_what_services_lead_to():
    mesh = World(WEB)
    mesh.put(
        service("web"), istio("Sidecar", "default", "{inboundConnectionPool: {http: {http1MaxPendingRequests: 3}}}")
    )
    assert mesh.upstream("inbound|80||", WEB).pool.max_pending_requests == 3


def test_a_sidecar_that_selects_counts_on_the_way_in_too():
    mesh = world("{port: {number: 1, protocol: TCP}}")
    selected = WEB._replace(sidecar="web")
    mesh.want(selected)
    spec = "{workloadSelector: {labels: {app: web}}, ingress: [{port: {number: 2, protocol: TCP}}]}"
    mesh.put(istio("Sidecar", "web", spec))
    assert mesh.names("upstreams", selected) == ["inbound|2||"]
    assert ports(mesh) == ["inbound|1||"]

"""Routes of bytes: what they say, and what a gateway and a sidecar make of them."""

from typing import Any

import pytest
from worlds import SHOP, World, gateway_api, pod, service, slices

from lateen.base.refs import Key
from lateen.kinds.decode import decode
from lateen.plan.listener import Chain, TcpProxy
from lateen.planner.connection_rule import ConnectionMatch, ConnectionRule
from lateen.planner.gateway_api.backends import NOWHERE
from lateen.planner.gateway_api.connection_route import connection_rules, for_host
from lateen.planner.target import Target

EDGE = {"gateway.networking.k8s.io/gateway-name": "edge"}
PARENT = "parentRefs: [{name: edge}]"
WEB = Target("web.shop.svc.cluster.local", 80)


def rules(kind: str, spec: str, permitted: bool = True) -> list[ConnectionRule]:
    return list(connection_rules(decode(gateway_api(kind, "r", spec)), lambda reference: permitted))


def test_backends_have_their_weights():
    spec = "{rules: [{backendRefs: [{name: web, port: 80, weight: 3}, {name: idle, port: 80, weight: 0}]}]}"
    (rule,) = rules("TCPRoute", spec)
    assert (rule.shares, rule.matches) == (((WEB, 3),), (ConnectionMatch(),))


@pytest.mark.parametrize("backend", ["{name: a, kind: Thing}", "{name: a, port: 80, weight: 0}"])
def test_where_no_backend_means_anything_connections_end(backend):
    (rule,) = rules("TCPRoute", f"{{rules: [{{backendRefs: [{backend}]}}]}}")
    assert rule.shares == ((NOWHERE, 1),)


def test_what_may_not_be_named_keeps_its_share():
    spec = "{rules: [{backendRefs: [{name: web, port: 80}, {name: far, namespace: far, port: 80}]}]}"
    (rule,) = rules("TCPRoute", spec, permitted=False)
    assert rule.shares == ((WEB, 1), (NOWHERE, 1))


def test_server_names_are_told_apart():
    (rule,) = rules("TLSRoute", "{hostnames: [a.x, b.x], rules: [{backendRefs: [{name: web, port: 80}]}]}")
    assert rule.matches == (ConnectionMatch(server_names=("a.x", "b.x")),)
    assert for_host(rule, "b.x").matches == (ConnectionMatch(server_names=("b.x",)),)


def edge(listener: str) -> World:
    """A mesh with a gateway of one listener at port 9000, and who it leads to."""
    spec = f"{{gatewayClassName: istio, listeners: [{{name: one, port: 9000, {listener}}}]}}"
    mesh = World()
    own = service("edge-istio", ({"name": "port-9000", "port": 9000},), address="10.0.0.9")
    own["spec"]["selector"] = EDGE
    proxy = pod("edge-1", "10.1.1.1", EDGE, annotations={"inject.istio.io/templates": "gateway"})
    there = slices("edge-istio", {"edge-1": "10.1.1.1"}, {"port-9000": 9000})
    mesh.put(gateway_api("Gateway", "edge", spec), own, proxy, there, service("web"), service("other"))
    return mesh


def chains(mesh: World) -> list[Chain]:
    (scope,) = mesh.plans.scopes.get(Key("shop", "edge-1")) or ()
    mesh.want(scope)
    found = mesh.listener("0.0.0.0_9000", scope)
    return list(found.chains) if found else []


def reached(chain: Chain) -> list[str]:
    assert isinstance(chain.proxy, TcpProxy)
    return [name.removeprefix("outbound|80||").removesuffix(".shop.svc.cluster.local") for name, _ in chain.proxy.upstreams]  # fmt: skip


def route(kind: str, name: str, to: str, more: str = "", created: str = "") -> dict[str, Any]:
    spec = f"{{{PARENT}, {more} rules: [{{backendRefs: [{to}]}}]}}"
    return gateway_api(kind, name, spec, created=created)


def test_bytes_of_a_listener_are_the_oldest_routes():
    mesh = edge("protocol: TCP")
    new = route("TCPRoute", "new", "{name: other, port: 80}", created="2030-01-01T00:00:00Z")
    old = route("TCPRoute", "old", "{name: web, port: 80}", created="2020-01-01T00:00:00Z")
    mesh.put(new, old)
    (chain,) = chains(mesh)
    assert reached(chain) == ["web"] and chain.tls is None


def test_bytes_for_nowhere_end():
    mesh = edge("protocol: TCP")
    mesh.put(route("TCPRoute", "r", "{name: web, kind: Thing}"))
    (chain,) = chains(mesh)
    assert reached(chain) == ["BlackHoleCluster"]


def test_tls_goes_by_the_name_that_route_and_listener_have_in_common():
    mesh = edge("protocol: TLS, hostname: '*.x', tls: {mode: Passthrough}")
    mesh.put(route("TLSRoute", "r", "{name: web, port: 80}", "hostnames: [a.x, b.y],"))
    (chain,) = chains(mesh)
    assert (chain.match.server_names, reached(chain)) == (("a.x",), ["web"])


def test_datagrams_go_to_ports_of_udp():
    mesh = edge("protocol: UDP")
    own = service("edge-istio", ({"name": "udp-9000", "port": 9000, "protocol": "UDP"},), address="10.0.0.9")
    own["spec"]["selector"] = EDGE
    names = service("names", ({"name": "dns", "port": 53, "protocol": "UDP"}, {"name": "tcp", "port": 53}))
    there = slices("names", {"names-1": "10.1.1.2"}, {"tcp": 53})
    there["ports"].append({"name": "dns", "port": 5353, "protocol": "UDP"})
    backends = "{name: names, port: 53, weight: 3}, {name: gone, kind: Thing}"
    mesh.put(own, names, pod("names-1", "10.1.1.2"), there, route("UDPRoute", "r", backends))
    (scope,) = mesh.plans.scopes.get(Key("shop", "edge-1")) or ()
    mesh.want(scope)
    host = "names.shop.svc.cluster.local"
    found = mesh.listener("udp_0.0.0.0_9000", scope)
    assert found and found.datagrams and not found.chains
    assert found.datagrams.upstreams == ((f"outbound_udp|53||{host}", 3), ("BlackHoleCluster", 1))
    assert mesh.upstream(f"outbound_udp|53||{host}", scope)
    assert mesh.addresses(f"outbound_udp|53||{host}", scope) == ["10.1.1.2:5353"]
    assert mesh.addresses(f"outbound|53||{host}", scope) == ["10.1.1.2:53"]


def test_a_sidecar_obeys_the_route_of_a_service():
    mesh = World(SHOP)
    spec = "{parentRefs: [{group: '', kind: Service, name: db}], rules: [{backendRefs: [{name: web, port: 80}]}]}"
    database = service("db", ({"name": "tcp", "port": 3306},), address="10.0.0.3")
    mesh.put(service("web"), database, gateway_api("TCPRoute", "r", spec))
    found = mesh.listener("10.0.0.3_3306", SHOP)
    assert found and found.default_chain and reached(found.default_chain) == ["web"]

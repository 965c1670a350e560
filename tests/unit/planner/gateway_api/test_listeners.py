import pytest
from api_gateways import gateway, listeners
from worlds import gateway_api

from lateen.base.refs import Key
from lateen.kinds.decode import decode
from lateen.kinds.object import Object


def faults(text: str, **given) -> list[tuple[str, str]]:
    return [(fault.condition, fault.reason) for fault in listeners(text, **given)[-1].faults]


HTTP = "{name: http, port: 80, protocol: HTTP}"
TLS = "{name: s, port: 443, protocol: HTTPS, tls: {certificateRefs: [%s]}}"


@pytest.mark.parametrize(
    ("said", "carries", "kinds"),
    [
        (HTTP, "http", ("HTTPRoute", "GRPCRoute")),
        (TLS % "{name: c}", "https", ("HTTPRoute", "GRPCRoute")),
        ("{name: p, port: 443, protocol: TLS, tls: {mode: Passthrough}}", "sni", ("TLSRoute",)),
        ("{name: t, port: 9, protocol: TCP}", "tcp", ("TCPRoute",)),
        ("{name: t, port: 9, protocol: UDP}", "udp", ("UDPRoute",)),
    ],
)
def test_the_protocol_says_what_is_carried_and_which_routes_are_taken(said, carries, kinds):
    (found,) = listeners(said)
    assert (found.carries, found.kinds, found.works) == (carries, kinds, True)


def test_a_protocol_that_is_not_known_does_not_work():
    assert faults("{name: u, port: 9, protocol: SCTP}") == [("Accepted", "UnsupportedProtocol")]
    assert 'is "HTTP" meant' in listeners("{name: u, port: 9, protocol: http}")[0].faults[0].message


def test_a_certificate_is_named_by_its_place():
    assert listeners(TLS % "{name: c}")[0].credentials == ("kubernetes-gateway://shop/c",)
    assert listeners(TLS % "{name: c, namespace: far}", permitted=True)[0].credentials == (
        "kubernetes-gateway://far/c",
    )


@pytest.mark.parametrize(
    ("reference", "given", "reason"),
    [
        ("{name: c, kind: Other}", {}, "InvalidCertificateRef"),
        ("{name: c, namespace: far}", {}, "RefNotPermitted"),
        ("{name: c}", {"broken": "it is broken"}, "InvalidCertificateRef"),
    ],
)
def test_without_its_certificate_a_listener_does_not_work(reference, given, reason):
    assert faults(TLS % reference, **given) == [("ResolvedRefs", reason)]
    assert not listeners(TLS % reference, **given)[0].works


def test_listeners_of_a_port_share_it_by_host_within_one_family():
    secure = TLS.replace("443", "80") % "{name: c}"
    assert faults(f"{HTTP}, {secure}") == [("Conflicted", "ProtocolConflict")]
    assert faults(f"{HTTP}, {HTTP.replace('name: http', 'name: b, hostname: b.x')}") == []


def test_kinds_that_do_not_fit_are_told_and_the_rest_is_taken():
    said = "{name: h, port: 80, protocol: HTTP, allowedRoutes: {kinds: [{kind: HTTPRoute}, {kind: TCPRoute}]}}"
    assert faults(said) == [("ResolvedRefs", "InvalidRouteKinds")]
    assert listeners(said)[0].kinds == ("HTTPRoute",) and listeners(said)[0].works


def test_a_port_of_udp_is_another_than_that_of_tcp():
    assert faults("{name: t, port: 53, protocol: TCP}, {name: u, port: 53, protocol: UDP}") == []


def listener_set(name: str, port: int) -> Object:
    spec = f"{{parentRef: {{name: g}}, listeners: [{{name: http, port: {port}, protocol: HTTP}}]}}"
    return decode(gateway_api("ListenerSet", name, spec, namespace="far"))


def test_listeners_of_sets_come_behind_the_gateways_own():
    found = gateway(HTTP, sets=[listener_set("a", 81), listener_set("b", 81), listener_set("c", 80)])
    assert [one.title for one in found.listeners] == ["http", "far.a.http", "far.b.http", "far.c.http"]
    assert [one.works for one in found.listeners] == [True, True, False, False]
    assert (found.own, found.of_set(Key("far", "a"))) == (found.listeners[:1], found.listeners[1:2])

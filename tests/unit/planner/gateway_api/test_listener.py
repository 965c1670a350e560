import pytest
from worlds import gateway_api

from lateen.kinds.decode import decode
from lateen.planner.gateway_api.listener import Listener, read_listeners


def listeners(text: str, permitted: bool = False, broken: str = "") -> tuple[Listener, ...]:
    found = decode(gateway_api("Gateway", "g", f"{{gatewayClassName: istio, listeners: [{text}]}}"))
    return read_listeners(found, lambda to: permitted, lambda key: broken)


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
    ],
)
def test_the_protocol_says_what_is_carried_and_which_routes_are_taken(said, carries, kinds):
    (found,) = listeners(said)
    assert (found.carries, found.kinds, found.works) == (carries, kinds, True)


def test_a_protocol_that_is_not_known_does_not_work():
    assert faults("{name: u, port: 9, protocol: UDP}") == [("Accepted", "UnsupportedProtocol")]
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


@pytest.mark.parametrize(
    ("namespaces", "admitted"),
    [
        ("{from: All}", True),
        ("{from: Same}", False),
        ("{from: Selector, selector: {matchLabels: {team: a}}}", True),
        ("{from: Selector, selector: {matchLabels: {team: b}}}", False),
    ],
)
def test_namespaces_are_admitted_all_or_by_label(namespaces, admitted):
    (found,) = listeners(f"{{name: h, port: 80, protocol: HTTP, allowedRoutes: {{namespaces: {namespaces}}}}}")
    assert found.admits("far", "shop", {"team": "a"}) is admitted
    assert found.admits("shop", "shop", {"team": "a"}) or not admitted

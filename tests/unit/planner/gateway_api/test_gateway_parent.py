import pytest
from api_gateways import gateway
from worlds import decode_spec, gateway_api

from lateen.kinds.decode import decode
from lateen.kinds.gateway_api.references import ParentReference
from lateen.planner.gateway_api.gateway_parent import RouteFacts, Unattached, attach, is_gateway

LISTENERS = """
  {name: all, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}},
  {name: foo, port: 80, protocol: HTTP, hostname: foo.x},
  {name: wild, port: 81, protocol: HTTP, hostname: '*.x', allowedRoutes: {namespaces: {from: All}}}"""
SET = decode(
    gateway_api(
        "ListenerSet",
        "more",
        "{parentRef: {name: g}, listeners: [{name: all, port: 82, protocol: HTTP, hostname: set.x}]}",
        namespace="far",
    )
)
GATEWAY = gateway(LISTENERS, sets=[SET])


def attached(parent: str = "", hosts: tuple[str, ...] = (), namespace: str = "far", kind: str = "HTTPRoute"):
    said = decode_spec(ParentReference, f"{{name: g{parent}}}")
    found = attach(RouteFacts(kind, namespace, {}, hosts), said, GATEWAY)
    return found.reason if isinstance(found, Unattached) else [(one.name, host) for one, host in found]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, [("all", "*"), ("wild", "*.x")]),
        ({"namespace": "shop"}, [("all", "*"), ("foo", "foo.x"), ("wild", "*.x")]),
        ({"parent": ", sectionName: wild"}, [("wild", "*.x")]),
        ({"parent": ", port: 80"}, [("all", "*")]),
        ({"hosts": ("a.x", "b.y")}, [("all", "a.x"), ("all", "b.y"), ("wild", "a.x")]),
        ({"hosts": ("*",)}, [("all", "*"), ("wild", "*.x")]),
    ],
)
def test_a_route_is_attached_for_the_hosts_in_common(given, found):
    assert attached(**given) == found


def test_a_host_is_the_closest_listeners_of_its_port():
    assert attached(", sectionName: all", ("foo.x", "bar.x"), "shop") == [("all", "bar.x")]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"parent": ", sectionName: none"}, "NoMatchingParent"),
        ({"parent": ", sectionName: all, port: 81"}, "NoMatchingParent"),
        ({"parent": ", sectionName: foo"}, "NotAllowedByListeners"),
        ({"kind": "TCPRoute"}, "NotAllowedByListeners"),
        ({"parent": ", sectionName: wild", "hosts": ("a.y",)}, "NoMatchingListenerHostname"),
    ],
)
def test_why_a_route_is_not_attached(given, reason):
    assert attached(**given) == reason


def test_listeners_of_a_set_are_attached_to_by_the_sets_name():
    assert attached(", kind: ListenerSet").__class__ is str, "shop/g is no ListenerSet"
    said = decode_spec(ParentReference, "{kind: ListenerSet, name: more}")
    found = attach(RouteFacts("HTTPRoute", "far", {}, ()), said, GATEWAY)
    assert not isinstance(found, Unattached)
    assert [(one.title, host) for one, host in found] == [("far.more.all", "set.x")]


def test_a_service_is_no_gateway():
    assert is_gateway(ParentReference(name="g")) and not is_gateway(ParentReference(group="", kind="Service", name="g"))

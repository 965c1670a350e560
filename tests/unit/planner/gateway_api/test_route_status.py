import pytest
from api_gateways import gateway
from worlds import decode_spec, gateway_api

from lateen.kinds.decode import decode
from lateen.kinds.gateway_api.references import ParentReference
from lateen.planner.gateway_api.gateway_parent import RouteFacts
from lateen.planner.gateway_api.route_status import at_gateway, at_service, dropped, resolved
from lateen.registry.service import Service, ServicePort

WEB = "web.shop.svc.cluster.local"


def declared(host: str) -> tuple[Service, ...]:
    ports = (ServicePort(80, "http", "http", 80),)
    return (Service(host=host, namespace="shop", name="web", ports=ports),) if host in (WEB, "a.x") else ()


def service(parent: str):
    said = decode_spec(ParentReference, parent)
    hosts = {"shop/out": ("a.x",), "shop/void": ("b.x",)}
    found = at_service(said, "shop", lambda key: hosts.get(str(key), ()), declared)
    return found.holds, found.reason


def references(rule: str, permitted: bool = False):
    found = decode(gateway_api("HTTPRoute", "r", f"{{rules: [{rule}]}}"))
    condition = resolved(found, lambda to: permitted, declared)
    return condition.holds, condition.reason


@pytest.mark.parametrize(
    ("parent", "accepted"),
    [
        ("{group: '', kind: Service, name: web}", True),
        ("{group: '', kind: Service, name: web, port: 80}", True),
        ("{group: '', kind: Service, name: web, sectionName: http}", True),
        ("{group: '', kind: Service, name: web, port: 81}", False),
        ("{group: '', kind: Service, name: web, sectionName: none}", False),
        ("{group: '', kind: Service, name: gone}", False),
        ("{group: networking.istio.io, kind: ServiceEntry, name: out}", True),
        ("{group: networking.istio.io, kind: ServiceEntry, name: gone}", False),
    ],
)
def test_a_service_takes_routes_where_it_has_the_port(parent, accepted):
    assert service(parent) == ((True, "Accepted") if accepted else (False, "NoMatchingParent"))


def test_a_gateway_takes_routes_as_its_listeners_do():
    parent, found = ParentReference(name="g", namespace="shop"), gateway("{name: a, port: 80, protocol: HTTP}")
    assert at_gateway(RouteFacts("HTTPRoute", "shop", {}, ()), parent, found).holds
    refused = at_gateway(RouteFacts("HTTPRoute", "far", {}, ()), parent, found)
    assert (refused.holds, refused.reason) == (False, "NotAllowedByListeners")


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("{backendRefs: [{name: web, port: 80}]}", "ResolvedRefs"),
        ("{backendRefs: [{name: web, port: 81}]}", "BackendNotFound"),
        ("{backendRefs: [{name: gone, port: 80}]}", "BackendNotFound"),
        ("{backendRefs: [{name: gone, port: 80}, {kind: Bucket, name: b}]}", "InvalidKind"),
        ("{backendRefs: [{name: web, namespace: far, port: 80}]}", "RefNotPermitted"),
        ("{filters: [{type: RequestMirror, requestMirror: {backendRef: {name: gone, port: 80}}}]}", "BackendNotFound"),
        ("{filters: [{type: ExtensionRef, extensionRef: {group: a.x, kind: K, name: n}}]}", "InvalidKind"),
    ],
)
def test_what_a_route_names_must_be_there(rule, reason):
    assert references(rule) == (reason == "ResolvedRefs", reason)


def test_what_is_granted_must_be_there_too():
    assert references("{backendRefs: [{name: web, namespace: far, port: 80}]}", True) == (False, "BackendNotFound")


def test_rules_that_are_refused_are_named():
    cors = "filters: [{type: CORS, cors: {allowOrigins: ['*']}}]"
    several = f"{{backendRefs: [{{name: web, port: 80}}, {{name: api, port: 80, {cors}}}]}}"
    only = f"{{backendRefs: [{{name: web, port: 80, weight: 0}}, {{name: api, port: 80, {cors}}}]}}"
    (found,) = dropped(decode(gateway_api("HTTPRoute", "r", f"{{rules: [{only}, {several}]}}")))
    assert (found.type, found.holds, found.reason) == ("PartiallyInvalid", True, "UnsupportedValue")
    assert found.message.startswith("Dropped Rule 1: ")

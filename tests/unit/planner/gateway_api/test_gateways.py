"""Gateways of the Gateway API as their proxies have them."""

from typing import Any

import pytest
from worlds import configured, gateway_api, pod, service, slices

from lateen.simulate.call import Call, Outcome
from lateen.simulate.walk import simulate

LABEL = "gateway.networking.k8s.io/gateway-name"
ANYONE = "allowedRoutes: {namespaces: {from: All}}"
GRANT = """
from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}]
to: [{group: '', kind: Service}]
"""


def gateway(*listeners: str, class_name: str = "istio") -> dict[str, Any]:
    spec = f"{{gatewayClassName: {class_name}, listeners: [{', '.join(listeners)}]}}"
    return gateway_api("Gateway", "edge", spec, namespace="infra")


def route(rules: str, hosts: str = "", parent: str = "") -> dict[str, Any]:
    said = f"{{parentRefs: [{{name: edge, namespace: infra{parent}}}], hostnames: [{hosts}], rules: {rules}}}"
    return gateway_api("HTTPRoute", "r", said)


def call(*objects: dict[str, Any], path: str = "/", host: str = "a.x", port: int = 80) -> Outcome:
    own = service("edge-istio", [{"name": "http", "port": 80}, {"name": "other", "port": 81}], namespace="infra")
    own["spec"]["selector"] = {LABEL: "edge"}
    mesh = (service("web"), pod("web-1", "10.1.0.1"), slices("web", {"web-1": "10.1.0.1"}), own)
    annotations = {"inject.istio.io/templates": "gateway"}
    proxy = pod("edge-1", "10.1.1.1", {LABEL: "edge"}, namespace="infra", annotations=annotations)
    found = configured(*mesh, service("far", namespace="bank"), *objects, proxy=proxy)
    called = Call(port=port, mode="gateway", address="10.1.1.1", protocol="http", host=host, path=path)
    return simulate(found, called)


HTTP = f"{{name: http, port: 80, protocol: HTTP, {ANYONE}}}"
WEB = "[{matches: [{path: {value: /v1}}], backendRefs: [{name: web, port: 80}]}]"


@pytest.mark.parametrize(("path", "status"), [("/v1", 0), ("/v1/x", 0), ("/v1x", 404), ("/other", 404)])
def test_requests_go_where_routes_say(path, status):
    outcome = call(gateway(HTTP), route(WEB), path=path)
    assert outcome.status == status
    assert outcome.cluster == ("" if status else "outbound|80||web.shop.svc.cluster.local")


def test_a_gateway_of_another_class_is_not_ours():
    assert call(gateway(HTTP, class_name="nginx"), route(WEB)).failure == "no listener"


def test_a_listener_without_routes_answers_404():
    assert call(gateway(HTTP)).status == 404


def test_a_listener_has_its_hosts_for_itself():
    foo = "{name: foo, port: 80, protocol: HTTP, hostname: foo.x}"
    assert call(gateway(HTTP, foo), route(WEB), path="/v1", host="foo.x").status == 404
    assert call(gateway(HTTP, foo), route(WEB), path="/v1", host="bar.x").status == 0


def test_a_listener_that_does_not_work_does_not_stop_the_others():
    broken = "{name: s, port: 81, protocol: HTTPS, tls: {certificateRefs: [{name: gone}]}}"
    assert call(gateway(HTTP, broken), route(WEB), path="/v1").status == 0
    assert call(gateway(HTTP, broken), route(WEB), path="/v1", port=81).failure == "no listener"


def test_other_namespaces_must_grant_that_their_services_are_named():
    far = "[{backendRefs: [{name: far, namespace: bank, port: 80}]}]"
    assert call(gateway(HTTP), route(far)).status == 500
    granted = call(gateway(HTTP), route(far), gateway_api("ReferenceGrant", "g", GRANT, namespace="bank"))
    assert granted.cluster == "outbound|80||far.bank.svc.cluster.local"


def test_a_route_may_be_for_one_listener():
    other = HTTP.replace("name: http, port: 80", "name: other, port: 81")
    both = gateway(HTTP, other)
    assert call(both, route(WEB, parent=", sectionName: other"), path="/v1").status == 404
    assert call(both, route(WEB, parent=", port: 81"), path="/v1", port=81).status == 0

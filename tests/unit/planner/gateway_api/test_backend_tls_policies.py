"""BackendTLSPolicies in a mesh: they count for gateways alone, and follow what they name."""

from typing import Any

from gateway_certificates import issue
from worlds import SHOP, World, gateway_api, service

from lateen.planner.scope import Scope

HOST = "web.shop.svc.cluster.local"
UPSTREAM = f"outbound|80||{HOST}"
EDGE = Scope("gateway", "infra", "istio=edge")
TARGET = "targetRefs: [{group: '', kind: Service, name: web}]"
CHECK = "validation: {hostname: a.x, caCertificateRefs: [{group: '', kind: ConfigMap, name: roots}]}"
POLICY = gateway_api("BackendTLSPolicy", "p", f"{{{TARGET}, {CHECK}}}", generation=2)


def roots(text: str) -> dict[str, Any]:
    meta = {"name": "roots", "namespace": "shop"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {"ca.crt": text}}


def test_gateways_speak_tls_and_sidecars_as_before():
    mesh = World(SHOP, EDGE)
    mesh.put(service("web"), POLICY, roots(issue("ca", authority=True).certificate_pem))
    sidecars, gateways = mesh.upstream(UPSTREAM), mesh.upstream(UPSTREAM, EDGE)
    assert sidecars and sidecars.tls is None and sidecars.auto_tls
    assert gateways and gateways.tls and gateways.tls.roots == "configmap://shop/roots"
    assert mesh.plans.secrets.get((EDGE, "configmap://shop/roots-cacert"))
    mesh.delete("BackendTLSPolicy", "p")
    assert mesh.upstream(UPSTREAM, EDGE) == sidecars


def test_while_its_authorities_are_not_there_nobody_is_spoken_to():
    mesh = World(EDGE)
    mesh.put(service("web"), POLICY)
    assert (found := mesh.upstream(UPSTREAM, EDGE)) and found.discovery == "STATIC"
    mesh.put(roots(issue("ca", authority=True).certificate_pem))
    assert (found := mesh.upstream(UPSTREAM, EDGE)) and found.discovery == "EDS"
    mesh.put(roots("broken"))
    assert (found := mesh.upstream(UPSTREAM, EDGE)) and found.discovery == "STATIC"


def test_a_policy_is_told_at_the_gateways_that_send_to_its_services():
    mesh = World()
    mesh.put(service("web"), POLICY, roots(issue("ca", authority=True).certificate_pem))
    statuses = mesh.plans.gateway_api.statuses
    assert statuses.get(("BackendTLSPolicy", "shop", "p")) is None
    listener = "{name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}"
    spec = "{parentRefs: [{name: edge, namespace: infra}], rules: [{backendRefs: [{name: web, port: 80}]}]}"
    mesh.put(
        gateway_api("Gateway", "edge", f"{{gatewayClassName: istio, listeners: [{listener}]}}", namespace="infra"),
        gateway_api("HTTPRoute", "r", spec),
    )
    found = statuses.get(("BackendTLSPolicy", "shop", "p"))
    assert found and found.generation == 2 and [str(key) for key in found.gateways] == ["infra/edge"]

from worlds import World, gateway_api, pod, service

from lateen.base.refs import Key

LABEL = {"gateway.networking.k8s.io/gateway-name": "edge"}
GATEWAY = "{gatewayClassName: istio, listeners: [{name: a, port: 80, protocol: HTTP}]%s}"


def test_a_gateways_proxies_show_what_their_gateway_says():
    mesh = World()
    own = service("edge-istio", address="10.0.0.9")
    own["spec"]["selector"] = LABEL
    annotations = {"inject.istio.io/templates": "gateway"}
    tls = ", tls: {backend: {clientCertificateRef: {name: mine}}}"
    mesh.put(
        own, pod("edge-1", "10.1.1.1", LABEL, annotations=annotations), gateway_api("Gateway", "edge", GATEWAY % tls)
    )
    (scope,) = mesh.plans.scopes.get(Key("shop", "edge-1")) or ()
    mesh.want(scope)
    certificates = mesh.engine.collections["client certificates of gateways"]
    assert certificates.get(scope).reason == "InvalidClientCertificateRef", "there is no such Secret"
    mesh.put(gateway_api("Gateway", "edge", GATEWAY % ""))
    assert certificates.get(scope) is None

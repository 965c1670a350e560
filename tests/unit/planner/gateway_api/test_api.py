from worlds import World, gateway_api, service


def test_gateways_and_rules_of_the_api_are_among_all_others():
    mesh = World()
    spec = "{gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP}]}"
    route = "{parentRefs: [{name: edge}], rules: [{backendRefs: [{name: web, port: 80}]}]}"
    mesh.put(service("web"), gateway_api("Gateway", "edge", spec), gateway_api("HTTPRoute", "r", route))
    api = mesh.plans.gateway_api
    (rules,) = dict(api.rules.items()).values()
    (traffic,) = dict(api.traffic.items()).values()
    assert traffic.gateways == (rules.reference,) and traffic.hosts == ("*",)
    mesh.delete("Gateway.gateway.networking.k8s.io", "edge")
    assert not dict(api.rules.items()) and not dict(api.traffic.items())

def test_a_class_names_its_controller(paths):
    assert paths("GatewayClass", {"controllerName": "istio.io/gateway-controller"}) == []
    assert paths("GatewayClass", {"controllerName": "controller"}) == ["spec.controllerName"]
    assert paths("GatewayClass", {}) == ["spec.controllerName"]

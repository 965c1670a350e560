from lateen.registry.service import Service, ServiceKey, ServicePort


def test_ports_are_told_by_number_and_protocol():
    service = Service(host="a.x", namespace="n", name="a", ports=(ServicePort(80, "http", "http", 80),))
    assert service.port(80).is_http and not service.port(80).is_http2
    assert service.port(81) is None
    assert ServicePort(1, "", "grpc", 1).is_http2 and ServicePort(1, "", "https", 1).is_tls
    assert ServicePort(1, "", "auto", 1).is_auto


def test_a_service_is_known_by_host_and_namespace():
    service = Service(host="a.x", namespace="n", name="a", ports=(), created="2020", export_to=("n",))
    assert service.key == ServiceKey("a.x", "n")
    assert service.object_key == ("n", "a")
    assert service.age == ("2020", "n", "a")
    assert service.visible_to("n") and not service.visible_to("m")

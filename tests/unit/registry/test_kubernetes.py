from typing import Any

from worlds import service as service_of

from lateen.kinds.decode import decode
from lateen.registry import kubernetes
from lateen.registry.service import Service, ServicePort


def read(**spec: Any) -> Service:
    return kubernetes.service(decode(service_of("web", **spec)), ("*",))


def test_a_service_is_its_full_name_with_its_address_and_pods():
    found = read(address="10.0.0.1")
    assert (found.host, found.addresses, found.resolution) == ("web.shop.svc.cluster.local", ("10.0.0.1",), "EDS")
    assert (found.selector, found.kubernetes, found.external) == ((("app", "web"),), True, False)


def test_ports_keep_their_target_and_udp_is_left_out():
    ports = [
        {"name": "http", "port": 80, "targetPort": "main"},
        {"name": "grpc", "port": 90, "targetPort": 9090},
        {"name": "dns", "port": 53, "protocol": "UDP"},
        {"name": "x", "port": 70, "appProtocol": "http"},
    ]
    assert read(ports=ports).ports == (
        ServicePort(80, "http", "http", "main"),
        ServicePort(90, "grpc", "grpc", 9090),
        ServicePort(70, "x", "http", 70),
    )


def test_a_headless_service_has_no_address():
    found = read(address="None")
    assert (found.resolution, found.addresses) == ("HEADLESS", ())


def test_an_external_name_means_another_host():
    found = read(type="ExternalName", externalName="Web.Example.com", ports=[])
    assert (found.resolution, found.alias_of) == ("ALIAS", "web.example.com")


def test_export_is_an_annotation():
    found = read(annotations={"networking.istio.io/exportTo": "., bank"})
    assert found.export_to == ("bank", "shop")
    assert kubernetes.service(decode(service_of("web")), (".",)).export_to == ("shop",)

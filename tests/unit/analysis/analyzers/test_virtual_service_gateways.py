import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import found, istio

from lateen.analysis.analyzers.virtual_service_gateways import ANALYZER

GATEWAY = istio("Gateway", "edge", "{servers: [{hosts: ['*.example.com']}]}")


def test_a_gateway_that_is_not_there_is_told_and_has_none_of_the_hosts() -> None:
    rule = istio("VirtualService", "v", "{hosts: [a.example.com], gateways: [edgy]}")
    assert found(ANALYZER, GATEWAY + rule) == [
        ("IST0101", "VirtualService shop/v"),
        ("IST0132", "VirtualService shop/v"),
    ]


def test_a_host_that_the_gateway_does_not_have_is_told() -> None:
    rule = istio("VirtualService", "v", "{hosts: [a.other.com], gateways: [edge]}")
    assert found(ANALYZER, GATEWAY + rule) == [("IST0132", "VirtualService shop/v")]


def test_hosts_of_the_gateway_and_the_mesh_itself_are_nothing_to_tell() -> None:
    rule = istio("VirtualService", "v", "{hosts: [a.example.com], gateways: [mesh, shop/edge]}")
    assert found(ANALYZER, GATEWAY + rule) == []

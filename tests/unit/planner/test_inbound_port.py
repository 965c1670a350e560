import pytest

from lateen.planner.inbound_port import carries, protocol_towards
from lateen.registry.service import ServicePort


@pytest.mark.parametrize(
    ("declared", "carried", "spoken"),
    [
        ("http", "http", "http1"),
        ("grpc", "http", "http2"),
        ("auto", "auto", "downstream"),
        ("tls", "tcp", "tcp"),
        ("mysql", "tcp", "tcp"),
    ],
)
def test_a_port_carries_what_is_declared(declared, carried, spoken):
    port = ServicePort(80, "", declared, 80)
    assert (carries(port), protocol_towards(port)) == (carried, spoken)

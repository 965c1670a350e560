import pytest
from worlds import decode_spec

from lateen.kinds.networking.connection_pool import ConnectionPoolSettings
from lateen.plan.upstream import Keepalive
from lateen.planner.inbound_port import Limits, carries, protocol_towards
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


def test_limits_are_those_of_a_connection_pool():
    text = """
    tcp: {maxConnections: 5, connectTimeout: 1s, idleTimeout: 2s, maxConnectionDuration: 3s, tcpKeepalive: {probes: 4}}
    http: {useClientProtocol: true}
    """
    found = Limits.of(decode_spec(ConnectionPoolSettings, text))
    assert found.pool.max_connections == 5
    assert (found.connect_timeout_ms, found.idle_ms, found.max_duration_ms) == (1000, 2000, 3000)
    assert (found.keepalive, found.as_client) == (Keepalive(probes=4), True)
    assert Limits.of(None) == Limits()

import pytest
from msgspec import structs

from lateen.plan.listener import MESH_ALPN_HTTP, MESH_ALPN_TCP, DownstreamTls
from lateen.planner.inbound_chains import plan_chains, plan_undeclared
from lateen.planner.inbound_port import InboundPort
from lateen.security.peer_authentication import PeerModes


def port(number=8080, carries="http", protocol="http1"):
    return InboundPort(number=number, carries=carries, protocol=protocol, host="web.shop", service_port=80)


def seen(chains):
    """What chains do: (transport, alpn, is HTTP, has mesh TLS) of each."""
    return [
        (chain.match.transport, chain.match.alpn, hasattr(chain.proxy, "routes"), chain.tls is not None)
        for chain in chains
    ]


def test_a_permissive_http_port_takes_mesh_tls_and_plaintext():
    assert seen(plan_chains(port(), PeerModes())) == [
        ("tls", MESH_ALPN_TCP + MESH_ALPN_HTTP, True, True),
        ("raw_buffer", (), True, False),
    ]


def test_a_permissive_tcp_port_lets_the_applications_own_tls_through():
    assert seen(plan_chains(port(carries="tcp"), PeerModes())) == [
        ("tls", MESH_ALPN_TCP + MESH_ALPN_HTTP, False, True),
        ("tls", (), False, False),
        ("raw_buffer", (), False, False),
    ]


@pytest.mark.parametrize("carries", ["http", "tcp", "auto"])
def test_a_disabled_port_takes_no_mesh_tls(carries):
    found = seen(plan_chains(port(carries=carries), PeerModes("DISABLE")))
    assert found and not any(tls for *_, tls in found)


@pytest.mark.parametrize("carries", ["http", "tcp"])
def test_a_sidecars_own_tls_ends_at_a_port_only_where_the_meshs_is_disabled(carries):
    own = structs.replace(
        port(carries=carries), tls=DownstreamTls(mode="SIMPLE", files=(("/certs/web.pem", "/certs/web.key"),))
    )
    (chain,) = plan_chains(own, PeerModes("DISABLE"))
    assert (chain.match.transport, chain.tls) == ("tls", own.tls)
    assert own.tls not in [chain.tls for chain in plan_chains(own, PeerModes("STRICT"))]


def test_only_mesh_tls_vouches_for_the_clients_certificate():
    for chain in plan_chains(port(), PeerModes()):
        assert chain.proxy.client_certificate == ("APPEND_FORWARD" if chain.tls else "SANITIZE")


def test_inbound_requests_are_retried_only_when_the_application_saw_nothing():
    routes = next(plan_chains(port(), PeerModes())).proxy.routes
    assert routes.virtual_hosts[0].name == "inbound|http|8080"
    assert routes.virtual_hosts[0].routes[0].action.retries.on == "reset-before-request"


def test_what_no_service_declares_goes_where_the_connection_was_going():
    for chain in plan_undeclared(0, "PERMISSIVE"):
        assert (chain.match.port, chain.proxy.stat_prefix) == (0, "InboundPassthroughCluster")

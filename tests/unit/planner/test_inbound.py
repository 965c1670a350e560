import pytest

from lateen.planner.inbound import plan_listener, plan_upstreams
from lateen.planner.inbound_port import InboundPort
from lateen.security.peer_authentication import PeerModes


def port(number=8080, carries="http", protocol="http1"):
    return InboundPort(number=number, carries=carries, protocol=protocol, host="web.shop", service_port=80)


def chains(listener, number):
    """What a listener does on a port: (transport, alpn, is HTTP, has mesh TLS) of each chain."""
    return [
        (chain.match.transport, chain.match.alpn, hasattr(chain.proxy, "routes"), chain.tls is not None)
        for chain in listener.chains
        if chain.match.port == number
    ]


@pytest.mark.parametrize("carries", ["http", "tcp", "auto"])
def test_a_strict_port_takes_nothing_but_mesh_tls(carries):
    listener = plan_listener([port(carries=carries)], PeerModes("STRICT"), "")
    for number in (8080, 0):
        assert chains(listener, number)
        assert all(transport == "tls" and tls for transport, _, _, tls in chains(listener, number))


def test_a_port_mode_holds_on_its_port_only_declared_or_not():
    modes = PeerModes("STRICT", ((8080, "DISABLE"), (9000, "PERMISSIVE")))
    listener = plan_listener([port()], modes, "")
    assert chains(listener, 8080) == [("", (), True, False)]
    assert len(chains(listener, 9000)) == 5
    assert all(tls for *_, tls in chains(listener, 0))


def test_connections_are_not_handed_on_to_outbound_listeners():
    listener = plan_listener([], PeerModes(), "")
    assert (listener.bind, listener.use_original_dst, listener.filters[0]) == (True, False, "original_dst")


def test_connections_to_the_proxys_own_port_go_nowhere():
    listener = plan_listener([], PeerModes(), "")
    assert listener.chains[0].proxy.upstreams == (("BlackHoleCluster", 100),)
    assert listener.chains[0].match.port == 15006


@pytest.mark.parametrize("mode", ["STRICT", "PERMISSIVE", "DISABLE"])
def test_no_two_chains_match_the_same(mode):
    ports = [port(80, "http"), port(81, "tcp"), port(82, "auto")]
    matches = [chain.match for chain in plan_listener(ports, PeerModes(mode, ((83, "STRICT"),)), "").chains]
    assert len(set(matches)) == len(matches)


def test_each_declared_port_has_an_upstream_bound_to_the_uncaptured_address():
    (upstream,) = plan_upstreams([port()])
    assert (upstream.name, upstream.discovery, upstream.bind_address, upstream.port) == (
        "inbound|8080||",
        "ORIGINAL_DST",
        "127.0.0.6",
        80,
    )

from lateen.envoy.inspectors import inspect
from lateen.plan.listener import MESH_ALPN_HTTP, Chain, ChainMatch, Listener, TcpProxy
from lateen.proto.descriptors import message

BYTES = TcpProxy(stat_prefix="b", upstreams=(("b", 1),))
PLAIN = ("http/1.1", "h2c")


def inspected(*matches, filters=("original_dst", "tls_inspector", "http_inspector")):
    target = message("envoy.config.listener.v3.Listener")()
    chains = tuple(Chain(name="c", match=match, proxy=BYTES) for match in matches)
    inspect(
        target,
        Listener(name="l", address="0.0.0.0", port=1, direction="INBOUND", chains=chains, filters=filters),
    )
    return {each.name.rpartition(".")[2]: each for each in target.listener_filters}


def off(found):
    rule = found.filter_disabled
    rules = rule.or_match.rules or ([rule] if rule.HasField("destination_port_range") else [])
    return [(each.destination_port_range.start, each.destination_port_range.end) for each in rules]


def test_filters_stand_in_the_order_of_the_plan():
    assert list(inspected()) == ["original_dst", "tls_inspector", "http_inspector"]
    assert not inspected(filters=())


def test_nothing_is_switched_off_where_no_chain_names_a_port():
    found = inspected(ChainMatch(), ChainMatch(transport="tls"))
    assert not any(off(each) for each in found.values())


def test_a_port_whose_chains_do_not_ask_is_not_made_to_wait():
    found = inspected(ChainMatch(port=3306), ChainMatch(port=9080, transport="tls"), ChainMatch(transport="tls"))
    assert off(found["tls_inspector"]) == [(3306, 3307)]
    assert off(found["http_inspector"]) == [(3306, 3307), (9080, 9081)]
    assert not off(found["original_dst"])


def test_a_port_is_inspected_when_one_of_its_chains_asks():
    found = inspected(
        ChainMatch(port=80, transport="raw_buffer"),
        ChainMatch(port=81, alpn=PLAIN),
        ChainMatch(port=82, alpn=MESH_ALPN_HTTP),
        ChainMatch(port=82),
        ChainMatch(port=83, server_names=("a.b",)),
    )
    assert off(found["tls_inspector"]) == [(81, 82)]
    assert off(found["http_inspector"]) == [(80, 81), (82, 83), (83, 84)]

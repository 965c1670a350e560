import pytest

from lateen.proto.descriptors import message
from lateen.simulate.call import Call
from lateen.simulate.chains import candidates, inspect

Listener = message("envoy.config.listener.v3.Listener")
TLS, HTTP = "envoy.filters.listener.tls_inspector", "envoy.filters.listener.http_inspector"


def listener(matches, *filters):
    chains = [{"name": name, "filter_chain_match": match} for name, match in matches.items()]
    return Listener(filter_chains=chains, listener_filters=[{"name": name} for name in filters])


def chosen(call, matches, *filters):
    made = listener(matches, *filters)
    return [each.name for each in candidates(made, inspect(call, made))]


def block(address, length):
    return {"prefix_ranges": [{"address_prefix": address, "prefix_len": {"value": length}}]}


def test_a_port_of_its_own_is_final():
    matches = {"port": {"destination_port": {"value": 80}, "transport_protocol": "tls"}, "any": {}}
    assert chosen(Call(port=80), matches) == []
    assert chosen(Call(port=81), matches) == ["any"]


def test_the_narrowest_block_counts():
    matches = {"wide": block("10.0.0.0", 8), "narrow": block("10.1.0.0", 16), "any": {}}
    assert chosen(Call(port=1, address="10.1.2.3"), matches) == ["narrow"]
    assert chosen(Call(port=1, address="10.2.2.3"), matches) == ["wide"]
    assert chosen(Call(port=1, address="192.0.2.1"), matches) == ["any"]


@pytest.mark.parametrize(("sni", "chain"), [("a.b.x", "exact"), ("c.b.x", "wild"), ("d.y", "any")])
def test_the_closest_server_name_counts(sni, chain):
    matches = {"exact": {"server_names": ["a.b.x"]}, "wild": {"server_names": ["*.b.x"]}, "any": {}}
    assert chosen(Call(port=1, tls="tls", sni=sni), matches, TLS) == [chain]


def test_tls_and_http_are_bytes_to_a_listener_that_does_not_look():
    matches = {"tls": {"transport_protocol": "tls"}, "http": {"application_protocols": ["http/1.1"]}, "any": {}}
    assert chosen(Call(port=1, tls="tls"), matches) == ["any"]
    assert chosen(Call(port=1), matches) == ["any"]
    assert chosen(Call(port=1, tls="tls", alpn=()), matches, TLS, HTTP) == ["tls"]
    assert chosen(Call(port=1), matches, TLS, HTTP) == ["http"]


def test_an_inspector_may_be_off_for_a_port():
    made = listener({"http": {"application_protocols": ["http/1.1"]}, "any": {}}, HTTP)
    made.listener_filters[0].filter_disabled.destination_port_range.start = 80
    made.listener_filters[0].filter_disabled.destination_port_range.end = 81
    assert [each.name for each in candidates(made, inspect(Call(port=80), made))] == ["any"]
    assert [each.name for each in candidates(made, inspect(Call(port=81), made))] == ["http"]


def test_protocols_count_in_the_clients_order():
    matches = {"h2": {"application_protocols": ["h2"]}, "http": {"application_protocols": ["http/1.1"]}, "any": {}}
    assert chosen(Call(port=1, tls="tls", alpn=("http/1.1", "h2")), matches, TLS) == ["http"]
    assert chosen(Call(port=1, tls="tls", alpn=("x",)), matches, TLS) == ["any"]


def test_two_that_match_alike_are_both_told():
    assert chosen(Call(port=1), {"a": {}, "b": {}}) == ["a", "b"]

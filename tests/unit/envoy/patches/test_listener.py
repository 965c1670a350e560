"""Listeners as patches leave them."""

from typing import Any

from lateen.envoy.fields import encode
from lateen.envoy.patches.listener import chain_matches, patch_listener, patch_message
from lateen.envoy.patches.value import value_of
from lateen.plan.patch import ChainPlace, ListenerPlace, Operation, Patch, Target

INBOUND = (
    b'{"name": "virtualInbound", "address": {"socket_address": {"address": "0.0.0.0", "port_value": 15006}},'
    b' "listener_filters": [{"name": "envoy.filters.listener.tls_inspector"}], "filter_chains": ['
    b'{"name": "a", "filter_chain_match": {"destination_port": 80, "transport_protocol": "tls",'
    b' "application_protocols": ["istio", "h2"], "server_names": ["x"]}, "filters": [{"name": "f"}]},'
    b' {"name": "b", "filter_chain_match": {"destination_port": 81}, "filters": [{"name": "f"}]}],'
    b' "default_filter_chain": {"name": "rest", "filters": [{"name": "f"}]}}'
)


def patch(target: Target, operation: Operation, value: bytes = b"", chain: Any = None, **place: Any) -> Patch:
    return Patch(
        target=target,
        operation=operation,
        value=value,
        place=ListenerPlace(chain=ChainPlace(**(chain or {})), **place),
    )


def patched(*patches: Patch) -> Any:
    built = value_of("LISTENER", INBOUND)
    return built if patch_message(built, patches) else None


def test_a_listener_is_merged_but_keeps_its_name_or_is_removed() -> None:
    left = patched(patch("LISTENER", "MERGE", b'{"name": "x", "enable_mptcp": true}'))
    assert (left.name, left.enable_mptcp) == ("virtualInbound", True)
    assert patch_listener(encode(value_of("LISTENER", INBOUND)), (patch("LISTENER", "REMOVE"),)) is None


def test_a_port_of_the_inbound_listener_is_that_of_its_chains() -> None:
    assert patched(patch("LISTENER", "REMOVE", port=80)) is not None
    left = patched(patch("FILTER_CHAIN", "REMOVE", port=80))
    assert [one.name for one in left.filter_chains] == ["b"] and left.HasField("default_filter_chain")
    left = patched(patch("NETWORK_FILTER", "INSERT_FIRST", b'{"name": "n"}', port=81))
    assert [[one.name for one in chain.filters] for chain in left.filter_chains] == [["f"], ["n", "f"]]


def test_listener_filters_are_edited() -> None:
    value = b'{"name": "p"}'
    left = patched(patch("LISTENER_FILTER", "INSERT_BEFORE", value, listener_filter="envoy.listener.tls_inspector"))
    assert [one.name for one in left.listener_filters] == ["p", "envoy.filters.listener.tls_inspector"]
    left = patched(patch("LISTENER_FILTER", "REMOVE", listener_filter="envoy.filters.listener.tls_inspector"))
    assert not left.listener_filters


def test_a_chain_is_meant_by_all_of_its_match() -> None:
    chain = value_of("LISTENER", INBOUND).filter_chains[0]
    for wanted in ({"sni": "x"}, {"transport": "tls"}, {"alpn": ("h2",)}, {"name": "a"}, {"port": 80}):
        assert chain_matches(patch("FILTER_CHAIN", "MERGE", chain=wanted), chain, "virtualInbound")
    for other in ({"sni": "y"}, {"transport": "raw_buffer"}, {"alpn": ("h3",)}, {"name": "b"}, {"port": 81}):
        assert not chain_matches(patch("FILTER_CHAIN", "MERGE", chain=other), chain, "virtualInbound")


def test_the_default_chain_is_a_chain_too() -> None:
    left = patched(patch("FILTER_CHAIN", "REMOVE", chain={"name": "rest"}))
    assert not left.HasField("default_filter_chain") and len(left.filter_chains) == 2


def test_an_added_chain_is_nobody_elses_to_change() -> None:
    added = patch("FILTER_CHAIN", "ADD", b'{"name": "c", "filters": [{"name": "f"}]}')
    left = patched(added, patch("NETWORK_FILTER", "INSERT_FIRST", b'{"name": "n"}'))
    assert [[one.name for one in chain.filters] for chain in left.filter_chains] == [["n", "f"], ["n", "f"], ["f"]]

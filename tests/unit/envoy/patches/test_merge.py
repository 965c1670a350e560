"""Merging messages as patches do."""

from typing import Any

from lateen.envoy.patches.merge import change_any, merge, merge_any, same_type
from lateen.envoy.patches.value import value_of

FAULT = "type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault"
ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"
STRUCT = "type.googleapis.com/xds.type.v3.TypedStruct"


def cluster(text: str) -> Any:
    return value_of("CLUSTER", text.encode())


def config(url: str, rest: str = "") -> Any:
    return value_of("HTTP_FILTER", f'{{"typed_config": {{"@type": "{url}"{rest}}}}}'.encode()).typed_config


def test_lists_grow_or_are_replaced() -> None:
    target = value_of("VIRTUAL_HOST", b'{"domains": ["a"]}')
    source = value_of("VIRTUAL_HOST", b'{"domains": ["b"]}')
    merge(target, source)
    assert list(target.domains) == ["a", "b"]
    merge(target, source, replace_lists=True)
    assert list(target.domains) == ["b"]


def test_a_duration_and_a_wrapped_value_are_replaced_whole() -> None:
    target = cluster('{"connect_timeout": "5s", "per_connection_buffer_limit_bytes": 7}')
    merge(target, cluster('{"connect_timeout": "0.2s", "per_connection_buffer_limit_bytes": 0}'))
    assert (target.connect_timeout.seconds, target.connect_timeout.nanos) == (0, 200_000_000)
    assert target.HasField("per_connection_buffer_limit_bytes")
    assert target.per_connection_buffer_limit_bytes.value == 0


def test_an_empty_message_is_set_where_there_was_none() -> None:
    target = cluster("{}")
    merge(target, cluster('{"outlier_detection": {}}'))
    assert target.HasField("outlier_detection")


def test_what_two_anys_of_one_type_hold_is_merged() -> None:
    target = config(FAULT, ', "upstream_cluster": "a", "downstream_nodes": ["x"]')
    merge_any(target, config(FAULT, ', "downstream_nodes": ["y"]'))
    content: list[Any] = []
    change_any(target, content.append)
    assert content[0].upstream_cluster == "a" and list(content[0].downstream_nodes) == ["x", "y"]


def test_a_typed_struct_is_merged_as_what_it_stands_for() -> None:
    target = config(FAULT, ', "upstream_cluster": "a"')
    source = config(STRUCT, f', "type_url": "{FAULT}", "value": {{"downstream_nodes": ["y"]}}')
    assert same_type(target, source)
    merge_any(target, source)
    assert target.type_url == FAULT
    content: list[Any] = []
    change_any(target, content.append)
    assert content[0].upstream_cluster == "a" and list(content[0].downstream_nodes) == ["y"]


def test_an_any_of_another_type_replaces() -> None:
    target = config(FAULT)
    assert not same_type(target, config(ROUTER))
    merge_any(target, config(ROUTER))
    assert target.type_url == ROUTER


def test_an_extension_of_another_name_replaces() -> None:
    target = cluster('{"transport_socket": {"name": "a"}}')
    merge(target, cluster('{"transport_socket": {"name": "b"}}'))
    assert target.transport_socket.name == "b"


def test_entries_of_maps_are_set_whole() -> None:
    target = cluster('{"metadata": {"filter_metadata": {"a": {"x": 1}, "b": {"x": 1}}}}')
    merge(target, cluster('{"metadata": {"filter_metadata": {"a": {"y": 2}}}}'))
    found = target.metadata.filter_metadata
    assert set(found["a"].fields) == {"y"} and set(found["b"].fields) == {"x"}

"""Network filters and HTTP filters as patches leave them."""

from typing import Any

from lateen.envoy.patches.filters import MANAGER, name_matches, patch_filters
from lateen.envoy.patches.merge import change_any
from lateen.envoy.patches.value import value_of
from lateen.plan.patch import ChainPlace, ListenerPlace, Patch, TablePlace

CHAIN = (
    b'{"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": {"@type": '
    b'"type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager", '
    b'"route_config": {"name": "inbound|80||", "virtual_hosts": [{"name": "h"}]}, '
    b'"http_filters": [{"name": "envoy.filters.http.cors"}, {"name": "envoy.filters.http.rbac"},'
    b' {"name": "envoy.filters.http.router"}]}}]}'
)


def patched(*patches: Patch) -> tuple[list[str], Any]:
    """The names of the HTTP filters, and the connection manager."""
    chain, managers = value_of("FILTER_CHAIN", CHAIN), []
    patch_filters(chain, patches)
    change_any(chain.filters[0].typed_config, managers.append)
    return [one.name.rpartition(".")[2] for one in managers[0].http_filters], managers[0]


def http(operation: Any, sub_filter: str = "", name: str = MANAGER, **more: Any) -> Patch:
    place = ListenerPlace(chain=ChainPlace(filter=name, sub_filter=sub_filter))
    return Patch(target="HTTP_FILTER", operation=operation, place=place, value=b'{"name": "new"}', **more)


def test_http_filters_go_beside_the_one_that_is_named() -> None:
    assert patched(http("INSERT_BEFORE", "envoy.filters.http.router"))[0] == ["cors", "rbac", "new", "router"]
    assert patched(http("INSERT_BEFORE", "envoy.router"))[0] == ["cors", "rbac", "new", "router"]


def test_without_a_named_one_they_go_first() -> None:
    assert patched(http("INSERT_BEFORE"))[0] == ["new", "cors", "rbac", "router"]


def test_a_patch_for_another_network_filter_changes_nothing() -> None:
    assert patched(http("INSERT_BEFORE", name="envoy.filters.network.tcp_proxy"))[0] == ["cors", "rbac", "router"]


def test_a_class_says_where_an_added_filter_stands() -> None:
    assert patched(http("ADD", order="AUTHZ"))[0] == ["cors", "rbac", "new", "router"]
    assert patched(http("ADD", order="AUTHN"))[0] == ["new", "cors", "rbac", "router"]
    assert patched(http("ADD", order="STATS"))[0] == ["cors", "rbac", "new", "router"]
    assert patched(http("ADD"))[0] == ["cors", "rbac", "router", "new"]


def test_routes_that_a_manager_holds_itself_are_patched_too() -> None:
    value = b'{"domains": ["x"]}'
    merge = Patch(target="VIRTUAL_HOST", operation="MERGE", value=value, place=TablePlace(port=80))
    assert list(patched(merge)[1].route_config.virtual_hosts[0].domains) == ["x"]
    other = Patch(target="VIRTUAL_HOST", operation="MERGE", value=value, place=TablePlace(port=81))
    assert not patched(other)[1].route_config.virtual_hosts[0].domains


def test_network_filters_are_added_before_the_last() -> None:
    chain = value_of("FILTER_CHAIN", CHAIN)
    place = ListenerPlace(chain=ChainPlace(filter=MANAGER))
    patch_filters(
        chain, (Patch(target="NETWORK_FILTER", operation="INSERT_BEFORE", place=place, value=b'{"name": "n"}'),)
    )
    assert [one.name for one in chain.filters] == ["n", MANAGER]


def test_names_of_former_days_are_known() -> None:
    assert name_matches("envoy.http_connection_manager", MANAGER)
    assert name_matches("envoy.listener.tls_inspector", "envoy.filters.listener.tls_inspector")
    assert not name_matches("envoy.router", "envoy.filters.http.fault")

"""Route tables, virtual hosts and routes as patches leave them."""

from typing import Any

from lateen.envoy.patches.table import (
    added_hosts,
    host_matches,
    patch_host,
    patch_table,
    patched_route_config,
    route_matches,
)
from lateen.envoy.patches.value import value_of
from lateen.envoy.route import route_config
from lateen.plan.patch import Operation, Patch, TablePlace, Target
from lateen.plan.route import RouteConfig, VirtualHost
from lateen.proto.descriptors import message

HOST = b'{"name": "web:80", "domains": ["web"], "routes": [{"name": "a", "route": {"cluster": "c"}}, {"name": "b"}]}'


def host() -> Any:
    return value_of("VIRTUAL_HOST", HOST)


def patch(target: Target, operation: Operation, value: bytes = b"", **place: Any) -> Patch:
    return Patch(target=target, operation=operation, value=value, place=TablePlace(**place) if place else None)


def test_what_is_added_is_not_patched_by_others() -> None:
    table = value_of("ROUTE_CONFIGURATION", b'{"name": "80", "virtual_hosts": [{"name": "web:80"}]}')
    merge = patch("VIRTUAL_HOST", "MERGE", b'{"domains": ["x"]}')
    patch_table(table, (patch("VIRTUAL_HOST", "ADD", b'{"name": "new"}'), merge))
    assert [(one.name, list(one.domains)) for one in table.virtual_hosts] == [("web:80", ["x"]), ("new", [])]
    assert [one.name for one in added_hosts([patch("VIRTUAL_HOST", "ADD", b'{"name": "new"}'), merge])] == ["new"]


def test_a_table_keeps_its_name() -> None:
    table = value_of("ROUTE_CONFIGURATION", b'{"name": "80"}')
    patch_table(table, (patch("ROUTE_CONFIGURATION", "MERGE", b'{"name": "x", "internal_only_headers": ["h"]}'),))
    assert (table.name, list(table.internal_only_headers)) == ("80", ["h"])


def test_routes_are_chosen_by_name_and_action() -> None:
    left = patch_host(host(), (patch("HTTP_ROUTE", "REMOVE", host="web:80", action="ROUTE"),))
    assert [one.name for one in left.routes] == ["b"]
    left = patch_host(host(), (patch("HTTP_ROUTE", "REMOVE", host="api:80"),))
    assert [one.name for one in left.routes] == ["a", "b"]
    assert route_matches(TablePlace(route="a", action="ROUTE"), host().routes[0])
    assert not route_matches(TablePlace(action="REDIRECT"), host().routes[0])


def test_a_virtual_host_is_removed_or_replaced() -> None:
    assert patch_host(host(), (patch("VIRTUAL_HOST", "REMOVE", domain="web"),)) is None
    assert patch_host(host(), (patch("VIRTUAL_HOST", "REPLACE", b'{"name": "z"}'),)).name == "z"
    assert host_matches(TablePlace(host="web:80"), host()) and not host_matches(TablePlace(domain="api"), host())


def test_of_a_planned_table_only_what_is_meant_is_changed() -> None:
    plan = RouteConfig(name="80", virtual_hosts=tuple(VirtualHost(name=n, domains=(n,), routes=()) for n in "abc"))
    merge = patch("VIRTUAL_HOST", "MERGE", b'{"domains": ["x"]}', host="b")
    changes = (merge, patch("VIRTUAL_HOST", "REMOVE", domain="c"), patch("VIRTUAL_HOST", "ADD", b'{"name": "d"}'))
    settings = patch("ROUTE_CONFIGURATION", "MERGE", b'{"internal_only_headers": ["h"]}')
    read = message("envoy.config.route.v3.RouteConfiguration").FromString
    left = read(patched_route_config(plan, (*changes, settings)))
    assert [(one.name, list(one.domains)) for one in left.virtual_hosts] == [("a", ["a"]), ("b", ["b", "x"]), ("d", [])]
    assert list(left.internal_only_headers) == ["h"] and left.ignore_port_in_host_matching
    assert read(patched_route_config(plan, ())) == read(route_config(plan))

"""Which EnvoyFilters are for which proxies."""

from typing import Any

from worlds import SHOP, World, istio, pod

from lateen.base.refs import Key
from lateen.planner.envoy_filters import Selection, told
from lateen.planner.scope import COMMON, Scope

INBOUND = "{applyTo: HTTP_FILTER, match: {context: SIDECAR_INBOUND}, patch: {operation: ADD, value: {name: x}}}"
CLUSTER = "{applyTo: CLUSTER, match: {%s}, patch: {operation: MERGE, value: {connect_timeout: 3s}}}"


def envoy_filter(name: str, patch: str, *, labels: str = "", **more: Any) -> dict[str, Any]:
    selector = f"workloadSelector: {{labels: {labels}}}, " if labels else ""
    raw = istio("EnvoyFilter", name, f"{{{selector}configPatches: [{patch}]}}", **more)
    return raw | {"apiVersion": "networking.istio.io/v1alpha3"}


def scopes(world: World, name: str) -> Any:
    return world.plans.scopes.get(Key("shop", name))


def test_a_selection_is_written_and_read() -> None:
    said = Selection(("shop/a", "shop/b"), ('{"proxy_version":"^1"}',))
    assert Selection.parse(said.text()) == said
    assert Selection.parse("") == Selection()


def test_only_the_side_that_a_selecting_filter_changes_is_told_apart() -> None:
    world = World()
    world.put(pod("web-1"), pod("api-1"), envoy_filter("f", INBOUND, labels="{app: web}"))
    assert scopes(world, "web-1") == (COMMON, SHOP, Scope("inbound", "shop", patches="shop/f"))
    assert scopes(world, "api-1") == (COMMON, SHOP, Scope("inbound", "shop"))


def test_filters_for_all_split_no_scope_but_the_common_one_where_its_clusters_change() -> None:
    world = World()
    world.put(pod("web-1"), envoy_filter("f", CLUSTER % "", namespace="istio-system"))
    assert scopes(world, "web-1") == (Scope("common", "shop"), SHOP, Scope("inbound", "shop"))


def test_a_proxy_tells_whether_conditions_hold() -> None:
    world = World()
    match = r"context: SIDECAR_OUTBOUND, proxy: {proxyVersion: '^1\.2'}"
    world.put(pod("web-1"), envoy_filter("f", CLUSTER % match))
    scope = scopes(world, "web-1")[1]
    assert told(scope, {"ISTIO_VERSION": "1.27"}) == scope
    assert told(scope, {"ISTIO_VERSION": "2.0"}) == SHOP
    assert told(SHOP, {}) is SHOP


def test_the_patches_of_a_scope_come_in_order() -> None:
    world = World()
    later = envoy_filter("later", CLUSTER % "", created="2021-01-01T00:00:00Z")
    root = envoy_filter("root", CLUSTER % "", namespace="istio-system", created="2022-01-01T00:00:00Z")
    chosen = envoy_filter("chosen", CLUSTER % "", labels="{app: web}", created="2020-01-01T00:00:00Z")
    other = envoy_filter("other", CLUSTER % "", namespace="bank")
    scope = Scope("sidecar", "shop", patches="shop/chosen")
    world.want(scope)
    world.put(later, root, chosen, other)
    found = world.plans.patches.scopes.get(scope)
    assert found is not None
    assert [one.patch.origin.name for one in found.clusters] == ["root", "chosen", "later"]
    found = world.plans.patches.scopes.get(SHOP)
    assert found is not None and [one.patch.origin.name for one in found.clusters] == ["root", "later"]
    assert world.plans.patches.scopes.get(COMMON) is None

"""EnvoyFilters as patches."""

from typing import Any

import pytest
from worlds import istio

from lateen.kinds.decode import decode
from lateen.plan.patch import ChainPlace, ListenerPlace, TablePlace
from lateen.planner.envoy_filter import PatchSet, condition_holds, patch_set


def read(spec: str, **more: Any) -> PatchSet:
    raw = istio("EnvoyFilter", "f", spec, **more) | {"apiVersion": "networking.istio.io/v1alpha3"}
    return patch_set(decode(raw))


def test_places_are_read() -> None:
    found = read("""
configPatches:
- applyTo: HTTP_FILTER
  match:
    context: SIDECAR_INBOUND
    listener:
      portNumber: 80
      filterChain: {sni: a, applicationProtocols: "h2, http/1.1", filter: {name: m, subFilter: {name: r}}}
  patch: {operation: INSERT_BEFORE, value: {name: x}}
- applyTo: HTTP_ROUTE
  match: {routeConfiguration: {gateway: shop/g, vhost: {name: h, route: {action: REDIRECT}}}}
  patch: {operation: REMOVE}
""")
    first, second = found.candidates
    chain = ChainPlace(sni="a", alpn=("h2", "http/1.1"), filter="m", sub_filter="r")
    assert first.patch.place == ListenerPlace(port=80, chain=chain)
    assert first.applies("SIDECAR_INBOUND") and not first.applies("GATEWAY")
    assert second.patch.place == TablePlace(gateway="shop/g", host="h", action="REDIRECT")
    assert second.applies("GATEWAY") and second.patch.value == b""
    assert second.patch.origin.field == "spec.configPatches[1]"


@pytest.mark.parametrize(
    ("metadata", "holds"),
    [
        ({"ISTIO_VERSION": "1.27.1", "zone": "a"}, True),
        ({"ISTIO_VERSION": "1.28.0", "zone": "a"}, False),
        ({"ISTIO_VERSION": "1.27.1"}, False),
        ({"zone": "a"}, False),
    ],
)
def test_a_condition_asks_for_version_and_metadata(metadata: dict[str, str], holds: bool) -> None:
    match = r"{proxy: {proxyVersion: '^1\.27', metadata: {zone: a}}}"
    spec = f"configPatches: [{{applyTo: CLUSTER, match: {match}, patch: {{operation: REMOVE}}}}]"
    assert condition_holds(read(spec).candidates[0].condition, metadata) is holds


def test_a_target_gateway_selects_its_proxies() -> None:
    ref = "{kind: Gateway, group: gateway.networking.k8s.io, name: g}"
    assert read(f"targetRefs: [{ref}]").selectors == ({"gateway.networking.k8s.io/gateway-name": "g"},)


def test_the_order_is_by_priority_then_root_namespace_then_age_then_name() -> None:
    low = read("priority: -1", created="2022-01-01T00:00:00Z")
    root = read("{}", namespace="istio-system", created="2023-01-01T00:00:00Z")
    old, new = read("{}", created="2020-01-01T00:00:00Z"), read("{}", created="2021-01-01T00:00:00Z")
    assert sorted([new, old, root, low], key=lambda one: one.order("istio-system")) == [low, root, old, new]

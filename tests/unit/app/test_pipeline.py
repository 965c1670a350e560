"""Objects go in, views come out: shared, only for who is connected, and touched only by what concerns them."""

from collections.abc import Iterable
from typing import Any

import pytest
from worlds import istio, pod, service, slices

from lateen.app.pipeline import TYPES, ConnectedProxy, Pipeline
from lateen.base.refs import Key
from lateen.planner.scope import COMMON, Scope
from lateen.proto import descriptors, name_table, types
from lateen.xds.view import View

REQUEST = descriptors.message("envoy.service.discovery.v3.DeltaDiscoveryRequest")
RESPONSE = descriptors.message("envoy.service.discovery.v3.DeltaDiscoveryResponse")
SHOP = Scope("sidecar", "shop")
REVIEWS = "outbound|80||reviews.shop.svc.cluster.local"
RATINGS = "outbound|80||ratings.shop.svc.cluster.local"


@pytest.fixture
def pipeline() -> Pipeline:
    """Two services of a namespace, `reviews` with two pods, and a pod of another namespace."""
    made = Pipeline()
    for raw in (
        service("reviews", address="10.96.0.10"),
        service("ratings", address="10.96.0.11"),
        pod("reviews-1", "10.244.0.1", {"version": "v1"}),
        pod("reviews-2", "10.244.0.2", {"version": "v1"}),
        pod("ratings-1", "10.244.0.3"),
        pod("other-1", "10.244.1.1", namespace="other"),
        slices("reviews", {"reviews-1": "10.244.0.1", "reviews-2": "10.244.0.2"}),
        slices("ratings", {"ratings-1": "10.244.0.3"}),
    ):
        made.store.put(raw)
    made.settle()
    return made


class Proxies:
    """Connected proxies of pods; `woken` and `closed` tell which were."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.woken: list[str] = []
        self.closed: list[str] = []

    def connect(self, name: str, namespace: str = "shop", asked: Iterable[str] = TYPES) -> ConnectedProxy:
        workload = self.pipeline.plans.workload_at(namespace, name)
        assert workload is not None
        proxy = ConnectedProxy(self.pipeline, workload, lambda proxy: self.closed.append(proxy.workload.name))
        proxy.watch(lambda: self.woken.append(name))
        for type_url in asked:
            proxy.session.receive(REQUEST(type_url=type_url, resource_names_subscribe=["*"]).SerializeToString())
        while responses := proxy.session.pending():
            for response in map(RESPONSE.FromString, responses):
                answer = REQUEST(type_url=response.type_url, response_nonce=response.nonce)
                proxy.session.receive(answer.SerializeToString())
        return proxy

    def wakes(self, *objects: dict[str, Any]) -> set[str]:
        """Put objects and return whom that woke."""
        self.woken.clear()
        for raw in objects:
            self.pipeline.store.put(raw)
        self.pipeline.settle()
        return set(self.woken)


@pytest.fixture
def proxies(pipeline: Pipeline) -> Proxies:
    return Proxies(pipeline)


def names(proxy: ConnectedProxy, pipeline: Pipeline, type_url: str) -> set[str]:
    return {name for scope in proxy.scopes for name in pipeline.view(type_url, scope).names()}


def sent(proxy: ConnectedProxy, type_url: str) -> tuple[set[str], set[str]]:
    """What a session sends now of a type, acknowledged at once: names that come, names that go."""
    come: set[str] = set()
    gone: set[str] = set()
    for data in proxy.session.pending():
        response = descriptors.message("envoy.service.discovery.v3.DeltaDiscoveryResponse").FromString(data)
        acknowledge(proxy, response.type_url, response.nonce)
        if response.type_url == type_url:
            come |= {each.name for each in response.resources}
            gone |= set(response.removed_resources)
    return come, gone


def acknowledge(proxy: ConnectedProxy, type_url: str, nonce: str) -> None:
    request = descriptors.message("envoy.service.discovery.v3.DeltaDiscoveryRequest")
    proxy.session.receive(request(type_url=type_url, response_nonce=nonce).SerializeToString())


def test_nothing_is_computed_for_nobody(pipeline: Pipeline) -> None:
    assert all(len(collection) == 0 for collection in pipeline.resources.values())


def test_a_connected_proxy_finds_its_views_filled(pipeline: Pipeline, proxies: Proxies) -> None:
    proxy = proxies.connect("reviews-1")
    assert proxy.scopes[:2] == (COMMON, SHOP)
    assert {REVIEWS, RATINGS, "PassthroughCluster"} <= names(proxy, pipeline, types.CLUSTER)
    assert {REVIEWS, RATINGS} <= names(proxy, pipeline, types.ENDPOINT)
    assert {"virtualOutbound", "virtualInbound"} <= names(proxy, pipeline, types.LISTENER)
    assert "80" in names(proxy, pipeline, types.ROUTE)


def test_proxies_of_a_namespace_share_the_very_same_resources(pipeline: Pipeline, proxies: Proxies) -> None:
    one, two = proxies.connect("reviews-1"), proxies.connect("ratings-1")
    assert SHOP in one.scopes and SHOP in two.scopes
    before = pipeline.engine.events[-1].sequence + 1
    three = proxies.connect("reviews-2")
    assert three.scopes == one.scopes
    assert pipeline.engine.ran(before) == []


def test_the_same_plan_in_two_scopes_is_encoded_once(pipeline: Pipeline, proxies: Proxies) -> None:
    proxies.connect("reviews-1"), proxies.connect("other-1", "other")
    views = [pipeline.view(types.ENDPOINT, Scope("sidecar", namespace)) for namespace in ("shop", "other")]
    resources = [view.get(REVIEWS) for view in views]
    assert resources[0] is not None
    assert resources[0] is resources[1]


def test_a_change_reaches_only_the_views_it_concerns(pipeline: Pipeline, proxies: Proxies) -> None:
    proxies.connect("reviews-1")
    before = {type_url: pipeline.view(type_url, SHOP).revision for type_url in TYPES}
    assert proxies.wakes(slices("reviews", {"reviews-1": "10.244.0.1"})) == {"reviews-1"}
    after = {type_url: pipeline.view(type_url, SHOP).revision for type_url in TYPES}
    assert {type_url for type_url in TYPES if after[type_url] != before[type_url]} == {types.ENDPOINT}
    assert list(pipeline.view(types.ENDPOINT, SHOP).changed_since(before[types.ENDPOINT]) or ()) == [REVIEWS]


def test_a_change_for_one_namespace_wakes_nobody_of_another(proxies: Proxies) -> None:
    proxies.connect("reviews-1"), proxies.connect("other-1", "other")
    private = istio("VirtualService", "slow", "{hosts: [reviews], exportTo: ['.'], http: [{timeout: 3s, route: [{destination: {host: reviews}}]}]}")  # fmt: skip
    assert proxies.wakes(private) == {"reviews-1"}


def test_who_asks_for_names_only_is_woken_by_names_only(proxies: Proxies) -> None:
    proxies.connect("reviews-1", asked=(name_table.NAME,))
    assert proxies.wakes(slices("reviews", {})) == set()
    assert proxies.wakes(service("new", address="10.96.0.12")) == {"reviews-1"}


def test_an_agent_of_istios_gets_the_whole_table_whenever_a_name_changes(pipeline: Pipeline, proxies: Proxies) -> None:
    agent = proxies.connect("reviews-1", asked=())
    agent.session.receive(REQUEST(type_url=name_table.TABLE).SerializeToString())
    host = "reviews.shop.svc.cluster.local"

    def table() -> dict[str, tuple[str, ...]]:
        (response,) = map(RESPONSE.FromString, agent.session.pending())
        (found,) = response.resources
        return {name: info.ips for name, info in name_table.decode_table(found.resource.value).items()}

    assert table()[host] == ("10.96.0.10",)
    assert proxies.wakes(service("reviews", address="10.96.0.99")) == {"reviews-1"}
    assert table()[host] == ("10.96.0.99",)
    agent.close()
    pipeline.settle()
    assert not pipeline._whole


def test_the_same_object_again_wakes_nobody(proxies: Proxies) -> None:
    proxies.connect("reviews-1")
    assert proxies.wakes(service("reviews", address="10.96.0.10")) == set()


def test_a_scope_is_kept_for_as_long_as_somebody_wants_it(pipeline: Pipeline) -> None:
    pipeline.want(SHOP)
    pipeline.want(SHOP)
    pipeline.settle()
    view = pipeline.view(types.CLUSTER, SHOP)
    pipeline.release(SHOP)
    pipeline.settle()
    assert pipeline.view(types.CLUSTER, SHOP) is view
    assert REVIEWS in view.names()
    pipeline.release(SHOP)
    pipeline.settle()
    assert pipeline.view(types.CLUSTER, SHOP).names() == set()
    assert all(len(collection) == 0 for collection in pipeline.resources.values())


def test_a_scope_wanted_again_before_it_was_forgotten_is_full(pipeline: Pipeline, proxies: Proxies) -> None:
    before = proxies.connect("reviews-1")
    known = names(before, pipeline, types.CLUSTER)
    before.close()
    assert names(proxies.connect("reviews-1"), pipeline, types.CLUSTER) == known


def test_a_type_the_house_does_not_make_has_an_empty_view(pipeline: Pipeline) -> None:
    pipeline.want(SHOP)
    assert pipeline.view(types.SECRET, SHOP).names() == set()


def test_a_closed_connection_leaves_nothing_and_is_told_of_once(pipeline: Pipeline, proxies: Proxies) -> None:
    proxy = proxies.connect("reviews-1")
    views = [pipeline.view(type_url, scope) for type_url in TYPES for scope in proxy.scopes]
    assert any(view.watchers for view in views)
    proxy.close()
    pipeline.settle()
    assert proxies.closed == ["reviews-1"]
    assert not any(view.watchers for view in views)
    assert all(len(collection) == 0 for collection in pipeline.resources.values())
    assert proxies.wakes(slices("reviews", {})) == set()


def test_one_connection_that_closes_leaves_the_others_theirs(pipeline: Pipeline, proxies: Proxies) -> None:
    one, two = proxies.connect("reviews-1"), proxies.connect("reviews-2")
    one.close()
    pipeline.settle()
    assert REVIEWS in names(two, pipeline, types.CLUSTER)
    assert proxies.wakes(slices("reviews", {})) == {"reviews-2"}


def test_a_proxy_that_moves_reads_its_new_scopes_and_lets_go_of_the_old(pipeline: Pipeline, proxies: Proxies) -> None:
    proxy = proxies.connect("reviews-1")
    old = proxy.scopes[-1]
    new = Scope("inbound", "shop", "app=ratings")
    proxies.woken.clear()
    proxy.move((COMMON, SHOP, new))
    pipeline.settle()
    assert proxies.woken
    assert proxy.scopes == (COMMON, SHOP, new)
    assert pipeline.view(types.LISTENER, old).names() == set()
    assert "virtualInbound" in pipeline.view(types.LISTENER, new).names()


def test_moving_to_where_one_is_does_nothing(proxies: Proxies) -> None:
    proxy = proxies.connect("reviews-1")
    proxies.woken.clear()
    proxy.move(proxy.scopes)
    assert proxies.woken == []


def test_a_session_is_told_the_difference_when_its_proxy_moves(pipeline: Pipeline, proxies: Proxies) -> None:
    for name in ("reviews", "ratings"):
        port = {"name": "http", "port": 80, "targetPort": 8080 if name == "ratings" else 80}
        pipeline.store.put(service(name, [port], address="10.96.0.11"))
    pipeline.settle()
    proxy = proxies.connect("reviews-1", asked=())
    request = descriptors.message("envoy.service.discovery.v3.DeltaDiscoveryRequest")
    proxy.session.receive(request(type_url=types.CLUSTER).SerializeToString())
    come, gone = sent(proxy, types.CLUSTER)
    assert "inbound|80||" in come and not gone
    proxy.move((COMMON, SHOP, Scope("inbound", "shop", "app=ratings")))
    pipeline.settle()
    come, gone = sent(proxy, types.CLUSTER)
    more = sent(proxy, types.CLUSTER)
    assert come == {"inbound|8080||"}
    assert gone | more[1] == {"inbound|80||"}


def test_a_proxy_that_nobody_watches_yet_follows_nothing(pipeline: Pipeline) -> None:
    workload = pipeline.plans.workload_at("shop", "reviews-1")
    assert workload is not None
    proxy = ConnectedProxy(pipeline, workload, lambda proxy: None)
    views: list[View] = [pipeline.view(types.CLUSTER, scope) for scope in proxy.scopes]
    assert not any(view.watchers for view in views)
    proxy.close()


def test_patches_change_only_what_they_hit_and_go_again() -> None:
    pipeline = Pipeline()
    client = pod("client", "10.1.0.9")
    for raw in (service("web"), service("api"), client):
        pipeline.store.put(raw)
    pipeline.settle()
    scope = Scope("sidecar", "shop")
    pipeline.want(scope)
    pipeline.settle()

    def versions() -> dict[tuple[str, str], str]:
        return {
            (one, name): pipeline.view(one, scope).get(name).version
            for one in TYPES
            for name in pipeline.view(one, scope).names()
        }

    before, web, api = versions(), *(f"outbound|80||{name}.shop.svc.cluster.local" for name in ("web", "api"))
    patches = [
        {
            "applyTo": "CLUSTER",
            "match": {"cluster": {"name": web}},
            "patch": {"operation": "MERGE", "value": {"connect_timeout": "3s"}},
        },
        {"applyTo": "CLUSTER", "match": {"cluster": {"name": api}}, "patch": {"operation": "REMOVE"}},
        {"applyTo": "CLUSTER", "patch": {"operation": "ADD", "value": {"name": "new"}}},
        {"applyTo": "CLUSTER", "patch": {"operation": "MERGE", "value": {"connect_timeout": "never"}}},
        {"applyTo": "EXTENSION_CONFIG", "patch": {"operation": "ADD", "value": {"name": "filter"}}},
    ]
    meta = {"name": "f", "namespace": "shop"}
    kind = {"apiVersion": "networking.istio.io/v1alpha3", "kind": "EnvoyFilter"}
    pipeline.store.put(kind | {"metadata": meta, "spec": {"configPatches": patches}})
    pipeline.settle()
    after = versions()
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert changed == {(types.CLUSTER, name) for name in (web, api, "new")} | {(types.EXTENSION_CONFIG, "filter")}
    assert (types.CLUSTER, api) not in after and (types.CLUSTER, "new") in after
    pipeline.store.delete("EnvoyFilter", Key("shop", "f"))
    pipeline.settle()
    assert versions() == before and not pipeline.engine.errors

import pytest
from worlds import COMMON, SHOP, World, decode_spec, istio, mesh_config, pod, service, slices

from lateen.kinds.networking.locality import LocalityLoadBalancerSetting
from lateen.plan.upstream import Endpoint
from lateen.planner.locality import Preference, arrange, preference
from lateen.planner.members import Member
from lateen.planner.traffic_policy import NO_POLICY, Policy
from lateen.registry.mesh import DEFAULT_MESH, Mesh
from lateen.registry.place import NODE, REGION, SUBZONE, ZONE
from lateen.registry.service import Service

HERE = {REGION: "r1", ZONE: "z1", SUBZONE: "s1", "version": "v1"}
PLACES = ("r1/z1/s1", "r1/z1/s2", "r1/z2/s1", "r2/z1/s1", "r3/z1/s1")
MEMBERS = [Member(Endpoint(f"10.0.0.{n}", 80), {"version": f"v{n}"}, place) for n, place in enumerate(PLACES, 1)]
WEB = "web.shop.svc.cluster.local"


def said(text):
    return decode_spec(LocalityLoadBalancerSetting, text)


def priorities(chosen, members=MEMBERS, place=HERE):
    return {group.locality: group.priority for group in arrange(members, chosen, place)}


def test_who_is_nearest_comes_first_and_regions_fail_over_as_said():
    failover = said("{failover: [{from: r1, to: r3}]}").failover
    assert list(priorities(Preference()).values()) == [0, 1, 2, 3, 3]
    assert priorities(Preference(failover=failover)) == dict(zip(PLACES, (0, 1, 2, 4, 3), strict=True))


def test_priorities_have_no_gaps():
    assert priorities(Preference(), MEMBERS[3:]) == {"r2/z1/s1": 0, "r3/z1/s1": 0}
    assert priorities(Preference(), (MEMBERS[0], MEMBERS[3])) == {"r1/z1/s1": 0, "r2/z1/s1": 1}


def test_labels_are_compared_from_the_left():
    by_labels = Preference(order=("version=v4", ZONE), region=False)
    assert priorities(by_labels) == dict(zip(PLACES, (1, 1, 1, 0, 1), strict=True))
    by_zone = Preference(order=(ZONE, "version"), region=False)
    assert priorities(by_zone) == dict(zip(PLACES, (0, 1, 2, 1, 1), strict=True))


def test_shares_are_split_by_what_localities_weigh_and_others_get_nothing():
    shares = said("{distribute: [{from: r1/z1/*, to: {r1/*: 60, r2/z1/s1: 40}}]}").distribute
    groups = arrange(MEMBERS, Preference(shares=shares), HERE)
    assert [(one.locality, one.weight, one.priority) for one in groups] == [
        ("r1/z1/s1", 2000, 0),
        ("r1/z1/s2", 2000, 0),
        ("r1/z2/s1", 2000, 0),
        ("r2/z1/s1", 4000, 0),
    ]
    elsewhere = arrange(MEMBERS, Preference(shares=shares), {REGION: "r9"})
    assert len(elsewhere) == 5 and not any(one.weight for one in elsewhere)


def service_(distribution=""):
    return Service(host="a.x", namespace="shop", name="a", ports=(), distribution=distribution)


@pytest.mark.parametrize(("outliers", "found"), [(False, None), (True, Preference())])
def test_without_outlier_detection_nobody_is_preferred(outliers, found):
    policy = policy_of("outlierDetection: {}" if outliers else "loadBalancer: {simple: RANDOM}")
    assert preference(policy, service_(), DEFAULT_MESH) == found


def policy_of(text: str) -> Policy:
    from lateen.kinds.networking.traffic_policy import TrafficPolicy
    from lateen.planner.traffic_policy import effective

    return effective(80, decode_spec(TrafficPolicy, f"{{{text}}}"))


def test_a_rules_setting_is_in_place_of_the_meshs():
    off = policy_of("outlierDetection: {}, loadBalancer: {localityLbSetting: {enabled: false}}")
    assert preference(off, service_(), DEFAULT_MESH) is None
    silent = Mesh(locality=said("{enabled: false}"))
    assert preference(policy_of("outlierDetection: {}"), service_(), silent) is None
    on = policy_of("outlierDetection: {}, loadBalancer: {localityLbSetting: {enabled: true}}")
    assert preference(on, service_(), silent) == Preference()


def test_a_service_may_ask_for_near_endpoints_without_outlier_detection():
    close = preference(NO_POLICY, service_("PreferClose"), DEFAULT_MESH)
    assert priorities(close) == dict(zip(PLACES, (0, 1, 2, 3, 3), strict=True))
    assert NODE in preference(NO_POLICY, service_("PreferSameNode"), DEFAULT_MESH).labels
    assert NODE not in close.labels


def node(name, zone):
    labels = {REGION: "r", ZONE: zone}
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}}


def on(node, raw):
    raw["spec"]["nodeName"] = node
    return raw


def zones() -> World:
    world = World(COMMON)
    world.put(node("n1", "a"), node("n2", "b"), service("web", address="10.0.0.1"))
    world.put(
        on("n1", pod("web-1", "10.1.0.1")), on("n2", pod("web-2", "10.1.0.2")), on("n2", pod("client", "10.1.0.3"))
    )
    world.put(slices("web", {"web-1": "10.1.0.1", "web-2": "10.1.0.2"}))
    return world


def scope_of(world, name):
    return next(
        scope for scope in world.plans.scopes_of(world.plans.workload_at("shop", name)) if scope.kind == "sidecar"
    )


def by_zone(world, scope):
    found = world.assignment(f"outbound|80||{WEB}", scope)
    return {one.locality: (one.priority, one.weight) for one in found.localities}


def test_clients_are_told_apart_by_place_only_while_somebody_prefers_near_ones():
    world = zones()
    assert scope_of(world, "client") == scope_of(world, "web-1") == SHOP
    world.put(
        istio("DestinationRule", "web", "{host: web, trafficPolicy: {outlierDetection: {consecutive5xxErrors: 1}}}")
    )
    there, here = scope_of(world, "web-1"), scope_of(world, "client")
    assert there != here
    world.want(there, here)
    assert by_zone(world, here) == {"r/b": (0, 0), "r/a": (1, 0)}
    assert by_zone(world, there) == {"r/a": (0, 0), "r/b": (1, 0)}
    assert world.upstream(f"outbound|80||{WEB}", here).weighted
    world.delete("DestinationRule", "web")
    assert scope_of(world, "client") == SHOP


def test_the_meshs_shares_count_without_any_rule():
    world = zones()
    world.put(mesh_config("localityLbSetting: {distribute: [{from: r/b, to: {r/a: 75, r/b: 25}}]}"))
    here = scope_of(world, "client")
    world.want(here)
    assert by_zone(world, here) == {"r/a": (0, 7500), "r/b": (0, 2500)}
    assert world.upstream(f"outbound|80||{WEB}", here).weighted


def test_a_services_wish_splits_its_clients_by_zone():
    world = zones()
    world.put(service("web", address="10.0.0.1", trafficDistribution="PreferClose"))
    here = scope_of(world, "client")
    world.want(here)
    assert by_zone(world, here) == {"r/b": (0, 0), "r/a": (1, 0)}


def test_a_nodes_other_news_move_nobody():
    world = zones()
    world.put({**node("n1", "a"), "status": {"conditions": [{"type": "Ready", "status": "True"}]}})
    assert not world.changed("workloads")
    world.put(node("n1", "c"))
    assert world.plans.workload_at("shop", "web-1").locality == "r/c"

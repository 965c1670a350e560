from worlds import World, istio, mesh_config, service

from lateen.planner.scope import Scope

WEB = "web.shop.svc.cluster.local"
BANK = Scope("sidecar", "bank")


def rule(name: str, seconds: int, *, host: str = WEB, namespace: str = "shop", more: str = "", created: str = ""):
    """A rule that can be told by the connect timeout it sets."""
    policy = f"trafficPolicy: {{connectionPool: {{tcp: {{connectTimeout: {seconds}s}}}}}}"
    spec = f"{{host: '{host}', {policy}{more}}}"
    return istio("DestinationRule", name, spec, namespace=namespace, created=created)


def obeyed(world: World, scope: Scope = BANK) -> int:
    return world.upstream(f"outbound|80||{WEB}", scope).connect_timeout_ms // 1000


def world(*objects) -> World:
    found = World(BANK, Scope("sidecar", "shop"))
    found.put(service("web"), *objects)
    return found


def test_the_clients_namespace_comes_before_the_services_before_the_root():
    rules = [
        rule("root", 1, namespace="istio-system"),
        rule("service", 2, namespace="shop"),
        rule("client", 3, namespace="bank"),
    ]
    found = world(*rules)
    assert obeyed(found) == 3
    found.delete("DestinationRule", "client", "bank")
    assert obeyed(found) == 2
    found.delete("DestinationRule", "service", "shop")
    assert obeyed(found) == 1


def test_a_rule_of_another_namespace_says_nothing():
    assert obeyed(world(rule("third", 5, namespace="elsewhere"))) == 10


def test_a_rule_that_is_not_exported_here_says_nothing():
    found = world(rule("private", 5, more=", exportTo: ['.']"))
    assert obeyed(found) == 10
    assert obeyed(found, Scope("sidecar", "shop")) == 5


def test_the_root_namespace_is_what_the_mesh_says():
    found = world(rule("root", 4, namespace="config"), mesh_config("rootNamespace: config"))
    assert obeyed(found) == 4


def test_a_short_host_is_in_the_rules_own_namespace():
    assert obeyed(world(rule("short", 5, host="web"))) == 5
    assert obeyed(world(rule("short", 5, host="web", namespace="bank"))) == 10


def test_the_closest_host_counts():
    found = world(rule("wide", 1, host="*.cluster.local"), rule("wider", 2, host="*.local"))
    assert obeyed(found) == 1
    found.put(rule("exact", 3))
    assert obeyed(found) == 3


def test_rules_for_one_host_are_taken_together_the_oldest_first():
    old = rule("z", 1, created="2020-01-01T00:00:00Z", more=", subsets: [{name: v1, labels: {version: v1}}]")
    both = ", subsets: [{name: v1, labels: {version: other}}, {name: v2, labels: {version: v2}}]"
    new = rule("a", 2, created="2021-01-01T00:00:00Z", more=both)
    found = world(old, new)
    assert obeyed(found) == 1
    assert [name for name in found.names("upstreams", BANK) if "|v" in name] == [
        f"outbound|80|v1|{WEB}",
        f"outbound|80|v2|{WEB}",
    ]


def test_a_rule_without_a_policy_leaves_it_to_the_next():
    old = istio("DestinationRule", "old", f"{{host: {WEB}, subsets: [{{name: v1}}]}}", created="2020-01-01T00:00:00Z")
    found = world(old, rule("new", 7, created="2021-01-01T00:00:00Z"))
    assert obeyed(found) == 7


def test_a_rule_for_some_clients_is_obeyed_by_those_alone():
    chosen = rule("some", 6, namespace="bank", more=", workloadSelector: {matchLabels: {app: teller}}")
    found = world(chosen, rule("all", 3, namespace="bank"))
    teller = Scope("sidecar", "bank", "app=teller")
    found.want(teller)
    assert (obeyed(found), obeyed(found, teller)) == (3, 6)


def test_the_root_namespaces_own_clients_obey_what_is_for_everybody_last():
    root = Scope("sidecar", "istio-system")
    wide = rule("wide", 1, host="*.local", namespace="istio-system")
    found = world(wide, rule("web", 2))
    found.want(root)
    assert obeyed(found, root) == 2
    found.put(rule("own", 3, namespace="istio-system", more=", exportTo: ['.']"))
    assert obeyed(found, root) == 3
    found.delete("DestinationRule", "own", "istio-system")
    found.delete("DestinationRule", "web")
    assert obeyed(found, root) == 1


def test_in_its_own_namespace_a_rule_counts_wherever_it_is_exported():
    found = world(rule("elsewhere", 5, more=", exportTo: [other]"))
    assert (obeyed(found, Scope("sidecar", "shop")), obeyed(found)) == (5, 10)


def test_a_rule_for_other_clients_is_not_taken_together_with_theirs():
    teller = Scope("sidecar", "bank", "app=teller,tier=front")

    def some(name: str, labels: str, subset: str, created: str) -> dict:
        more = f", workloadSelector: {{matchLabels: {labels}}}, subsets: [{{name: {subset}}}]"
        return rule(name, 6, namespace="bank", more=more, created=created)

    found = world(
        some("a", "{app: teller}", "v1", "2020-01-01T00:00:00Z"),
        some("b", "{tier: front}", "v2", "2021-01-01T00:00:00Z"),
        rule("all", 3, namespace="bank", more=", subsets: [{name: v3}]"),
    )
    found.want(teller)
    assert [name.split("|")[2] for name in found.names("upstreams", teller)] == ["v1", "v3", ""]

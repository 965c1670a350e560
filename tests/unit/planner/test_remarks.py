from worlds import World, istio

from lateen.base.refs import Key

HTTP = "http: [{route: [{destination: {host: a.x}}]}]"


def rules(name: str, created: str, more: str = "", *, hosts: str = "a.x", namespace: str = "shop") -> dict:
    spec = f"{{hosts: [{hosts}], {HTTP}{more}}}"
    return istio("VirtualService", name, spec, namespace=namespace, created=f"{created}-01-01T00:00:00Z")


def remarks(world: World, name: str, namespace: str = "shop") -> list[tuple[str, str]]:
    found = world.plans.remarks.get(Key(namespace, name)) or ()
    return [(one.path, one.message) for one in found]


def test_the_younger_of_two_for_a_host_is_told_who_counts():
    world = World()
    world.put(rules("old", "2019"), rules("new", "2020", hosts="b.x, a.x", namespace="bank"))
    assert remarks(world, "old") == []
    ((path, message),) = remarks(world, "new", "bank")
    assert path == "spec.hosts[1]"
    assert message == 'sidecars obey VirtualService shop/old for "a.x", and not this one'
    assert world.plans.remarks.get(Key("bank", "new"))[0].code == "IST0109"
    world.delete("VirtualService", "old")
    assert remarks(world, "new", "bank") == []


def test_what_nobody_sees_beside_the_other_is_no_conflict():
    world = World()
    world.put(rules("old", "2019", ", exportTo: ['.']"), rules("new", "2020", ", exportTo: ['.']", namespace="bank"))
    assert remarks(world, "new", "bank") == []


def test_what_one_namespace_sees_counts_before_what_all_see():
    world = World()
    world.put(rules("old", "2019"), rules("own", "2020", ", exportTo: ['.']"))
    assert remarks(world, "own") == []
    assert remarks(world, "old") == [
        ("spec.hosts[0]", 'sidecars obey VirtualService shop/own for "a.x", and not this one')
    ]


def test_gateways_merge_so_that_nothing_is_said():
    world = World()
    world.put(rules("old", "2019", ", gateways: [edge]"), rules("new", "2020", ", gateways: [edge]"))
    assert remarks(world, "new") == []


def test_what_is_merged_is_no_conflict_and_what_is_hidden_behind_another_is_told():
    world = World()
    old, new = rules("old", "2019"), rules("new", "2020", namespace="bank")
    for one in (old, new):
        one["metadata"]["annotations"] = {"lateen.dev/merge": "true"}
    world.put(old, new)
    message = "merged behind spec.http[0] of VirtualService shop/old, which takes every request"
    assert remarks(world, "old") == []
    assert remarks(world, "new", "bank") == [("spec.http[0]", message)]
    assert world.plans.remarks.get(Key("bank", "new"))[0].code == "IST0130"
    del old["metadata"]["annotations"]
    world.put(old)
    assert [path for path, _ in remarks(world, "new", "bank")] == ["spec.hosts[0]"], "both must ask for it"


def test_a_wildcard_is_another_host():
    world = World()
    world.put(rules("old", "2019", hosts="'*.x'"), rules("new", "2020"), rules("wild", "2021", hosts="'*.x'"))
    assert remarks(world, "new") == []
    assert [path for path, _ in remarks(world, "wild")] == ["spec.hosts[0]"]


DELEGATING = "{hosts: [a.x], http: [{match: [{uri: {prefix: /a}}], delegate: {name: part, namespace: bank}}]}"


def test_a_delegate_without_effect_is_named():
    world = World()
    world.put(istio("VirtualService", "root", DELEGATING))
    path = "spec.http[0].delegate"
    assert remarks(world, "root") == [(path, "VirtualService bank/part is not there: this rule has no effect")]
    world.put(istio("VirtualService", "part", f"{{{HTTP}, exportTo: ['.']}}", namespace="bank"))
    assert remarks(world, "root")[0][1] == "VirtualService bank/part is not exported to shop: this rule has no effect"
    world.put(istio("VirtualService", "part", f"{{hosts: [b.x], {HTTP}}}", namespace="bank"))
    assert "has hosts of its own" in remarks(world, "root")[0][1]
    outside = "{http: [{match: [{uri: {prefix: /b}}], route: [{destination: {host: a.x}}]}]}"
    world.put(istio("VirtualService", "part", outside, namespace="bank"))
    assert "spec.http[0] of VirtualService bank/part matches more" in remarks(world, "root")[0][1]
    world.put(istio("VirtualService", "part", f"{{{HTTP}}}", namespace="bank"))
    assert remarks(world, "root") == []


def test_others_for_other_hosts_are_not_looked_at():
    world = World()
    world.put(rules("a", "2019"), rules("b", "2020", hosts="b.x"))
    world.put(rules("c", "2021", hosts="c.x"))
    assert [key.name for key in world.ran()["remarks"]] == ["c"]

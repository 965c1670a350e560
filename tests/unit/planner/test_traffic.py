from typing import Any

from msgspec.structs import replace
from worlds import istio

from lateen.kinds.decode import decode
from lateen.planner.target import Target
from lateen.planner.traffic import Traffic, choose_traffic, conditions, targets
from lateen.planner.virtual_service import traffic, virtual_service

ROUTE = "http: [{route: [{destination: {host: a.x}}]}]"


def rules(name: str, hosts: str, more: str = "", *, created: str = "", namespace: str = "shop") -> Traffic:
    spec = f"{{hosts: [{hosts}], {ROUTE}{more}}}"
    return read(istio("VirtualService", name, spec, namespace=namespace, created=created))


def read(raw: dict[str, Any]) -> Traffic:
    return traffic(virtual_service(decode(raw), ("*",)))


def names(found: tuple[Traffic, ...]) -> list[str]:
    return [one.name for one in found]


def test_the_closest_host_counts_whoever_is_older():
    wild = rules("wild", "'*.x'", created="2019-01-01T00:00:00Z")
    exact = rules("exact", "a.x", created="2021-01-01T00:00:00Z")
    assert names(choose_traffic([wild, exact], "a.x", "shop")) == ["exact"]
    assert names(choose_traffic([wild, exact], "b.x", "shop")) == ["wild"]


def test_of_equals_the_oldest_counts_wherever_it_is():
    old = rules("z", "a.x", created="2019-01-01T00:00:00Z", namespace="far")
    new = rules("a", "a.x", created="2021-01-01T00:00:00Z")
    assert names(choose_traffic([new, old], "a.x", "shop")) == ["z"]


def test_what_is_not_exported_here_does_not_count():
    hidden = rules("a", "a.x", ", exportTo: ['.']", namespace="far")
    assert choose_traffic([hidden], "a.x", "shop") == ()
    assert choose_traffic([hidden], "a.x", "far") == (hidden,)


def test_what_is_for_its_own_namespace_counts_before_what_is_for_some_and_for_all():
    everybody = rules("everybody", "a.x", created="2019-01-01T00:00:00Z")
    some = rules("some", "a.x", ", exportTo: [shop, bank]", created="2020-01-01T00:00:00Z")
    own = rules("own", "a.x", ", exportTo: ['.']", created="2021-01-01T00:00:00Z")
    assert names(choose_traffic([everybody, some, own], "a.x", "shop")) == ["own"]
    assert names(choose_traffic([everybody, some, own], "a.x", "bank")) == ["some"]
    assert names(choose_traffic([everybody, some, own], "a.x", "far")) == ["everybody"]


def test_where_the_first_merges_those_that_do_are_obeyed_with_it():
    old, new, alone = (
        rules(name, "a.x", created=f"20{year}-01-01T00:00:00Z")
        for name, year in (("old", 19), ("new", 21), ("alone", 20))
    )
    old, new = replace(old, merges=True), replace(new, merges=True)
    wild = replace(rules("wild", "'*.x'", created="2018-01-01T00:00:00Z"), merges=True)
    assert names(choose_traffic([new, alone, wild, old], "a.x", "shop")) == ["old", "new"]
    assert names(choose_traffic([new, replace(alone, created="2017"), old], "a.x", "shop")) == ["alone"]


def test_targets_are_all_that_rules_send_to():
    spec = """
    hosts: [a.x]
    http: [{route: [{destination: {host: one, port: {number: 80}}}], mirrors: [{destination: {host: two.y}}]},
           {route: [{destination: {host: three.y}}], mirror: {host: four.y}}]
    tls: [{match: [{sniHosts: [a.x]}], route: [{destination: {host: five.y}}]}]
    tcp: [{route: [{destination: {host: six.y, port: {number: 6}}}]}]
    """
    found = set(targets(read(istio("VirtualService", "a", spec))))
    assert found == {
        Target("five.y"),
        Target("four.y"),
        Target("one.shop.svc.cluster.local", 80),
        Target("six.y", 6),
        Target("three.y"),
        Target("two.y"),
    }


def test_conditions_are_those_of_all_matches():
    spec = """
    hosts: [a.x]
    http: [{match: [{port: 1}, {port: 2}], route: [{destination: {host: b.x}}]}]
    tls: [{match: [{sniHosts: [a.x], port: 3}], route: [{destination: {host: b.x}}]}]
    tcp: [{match: [{port: 4}], route: [{destination: {host: b.x}}]}]
    """
    assert [one.port for one in conditions(read(istio("VirtualService", "a", spec)))] == [1, 2, 3, 4]

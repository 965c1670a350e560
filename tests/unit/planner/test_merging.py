from typing import Any

from worlds import istio

from lateen.kinds.decode import decode
from lateen.planner.merging import hidden, merged
from lateen.planner.traffic import Traffic
from lateen.planner.virtual_service import MERGE, traffic, virtual_service


def written(name: str, year: int, http: str, more: str = "") -> dict[str, Any]:
    spec = f"{{hosts: [web.shop.svc.cluster.local], http: [{http}]{more}}}"
    found = istio("VirtualService", name, spec, namespace="shop", created=f"{year}-01-01T00:00:00Z")
    found["metadata"]["annotations"] = {MERGE: "true"}
    return found


def to(host: str, match: str = "") -> str:
    return f"{{{match}route: [{{destination: {{host: {host}.x}}}}]}}"


PATH = "match: [{uri: {prefix: /%s}}], "
BOTH = "match: [{uri: {prefix: /b}}, {uri: {prefix: /}}], "
CANARY = "match: [{sourceLabels: {app: probe}}], "


def read(*found: dict[str, Any]) -> list[Traffic]:
    return [traffic(virtual_service(decode(one), ("*",))) for one in found]


def destinations(one: Traffic) -> list[tuple[str, int]]:
    return [(rule.targets[0].host, len(rule.matches)) for rule in one.http]


def test_rules_stand_in_the_order_of_rank_and_those_that_take_every_request_last():
    found = read(written("a", 2019, to("one", PATH % "a") + ", " + to("rest")), written("b", 2020, to("two", BOTH)))
    assert destinations(merged(found)) == [("one.x", 1), ("two.x", 1), ("rest.x", 1), ("two.x", 1)]
    assert merged(found).name == "a"
    assert merged(found[:1]) is found[0]


def test_rules_for_tls_and_tcp_stand_one_behind_the_other():
    tls = ", tls: [{match: [{sniHosts: [web.shop.svc.cluster.local]}], route: [{destination: {host: %s}}]}]"
    tcp = ", tcp: [{route: [{destination: {host: %s}}]}]"
    found = read(*(written(name, 2019, to(name), tls % f"{name}.y" + tcp % f"{name}.z") for name in "ab"))
    both = merged(found)
    assert [rule.shares[0][0].host for rule in (*both.tls, *both.tcp)] == ["a.y", "b.y", "a.z", "b.z"]


def test_what_takes_every_request_is_hidden_behind_another_that_does():
    first, second, probe = read(
        written("a", 2019, to("one", PATH % "a") + ", " + to("rest")),
        written("b", 2020, to("two", BOTH) + ", " + to("late")),
        written("c", 2021, to("probed", CANARY)),
    )
    assert [(rule.targets[0].host, taker.targets[0].host) for rule, taker in hidden(second, [first])] == [
        ("late.x", "rest.x")
    ]
    assert list(hidden(first, [])) == []
    assert list(hidden(first, [probe])) == [], "it takes the requests of some clients only"

from collections.abc import Iterable

from worlds import SHOP, World, istio, service

from lateen.advise.lookup import Candidate, destination_rules, virtual_services
from lateen.planner.client import Client

HOST = "web.bank.svc.cluster.local"
HTTP = "http: [{route: [{destination: {host: a.x}}]}]"


def rule(name: str, namespace: str, more: str = "", *, host: str = HOST, year: int = 2020) -> dict:
    created = f"{year}-01-01T00:00:00Z"
    return istio("DestinationRule", name, f"{{host: '{host}'{more}}}", namespace=namespace, created=created)


def routes(name: str, namespace: str = "bank", more: str = "", *, host: str = HOST, year: int = 2020) -> dict:
    spec = f"{{hosts: ['{host}'], {HTTP}{more}}}"
    return istio("VirtualService", name, spec, namespace=namespace, created=f"{year}-01-01T00:00:00Z")


def world(*objects: dict) -> tuple[World, Client]:
    made = World()
    made.put(service("web", namespace="bank"), *objects)
    client = made.plans.client([SHOP])
    assert client is not None
    return made, client


def told(found: Iterable[Candidate]) -> list[tuple[str, bool, str]]:
    return [(f"{one.namespace}/{one.name}", one.obeyed, one.why) for one in found]


def looked(*objects: dict) -> tuple[list[tuple[str, str, list[tuple[str, bool, str]]]], list[tuple[str, bool, str]]]:
    made, client = world(*objects)
    (declared,) = made.plans.registry.hosts.get(HOST)
    places, elsewhere = destination_rules(made.plans.rules.destinations_of.get(HOST) or (), declared, client)
    return [(one.namespace, one.what, told(one.found)) for one in places], told(elsewhere)


def test_a_client_looks_in_its_namespace_then_the_services_then_the_root_one():
    places, elsewhere = looked(rule("a", "bank"), rule("b", "istio-system"), rule("c", "far"))
    assert places == [
        ("shop", "the client's own namespace", []),
        ("bank", "the service's", [("bank/a", True, "the first that is found")]),
        (
            "istio-system",
            "the root namespace",
            [("istio-system/b", False, "namespace bank comes before, and has a rule")],
        ),
    ]
    assert elsewhere == [("far/c", False, "it stands in none of these namespaces")]


def test_within_a_namespace_the_closest_host_counts_and_rules_for_one_host_are_merged():
    wild = rule("wild", "bank", host="*.cluster.local", year=2018)
    places, _ = looked(wild, rule("old", "bank", year=2019), rule("new", "bank"))
    assert places[1][2] == [
        ("bank/old", True, "the first that is found"),
        ("bank/new", True, "old is older; of this one its other subsets count"),
        ("bank/wild", False, f"{HOST} is closer to {HOST} than *.cluster.local"),
    ]


def test_what_is_not_exported_or_for_others_says_so():
    selecting = ", workloadSelector: {matchLabels: {app: %s}}"
    places, _ = looked(
        rule("hidden", "bank", ", exportTo: ['.']"),
        rule("theirs", "bank", selecting % "web"),
        rule("probe", "shop", selecting % "probe"),
    )
    assert places[0][2] == [("shop/probe", False, "it selects other workloads: app=probe")]
    assert places[1][2] == [
        ("bank/hidden", False, "it is exported to bank, and not to shop"),
        ("bank/theirs", False, "it selects workloads, of its own namespace alone"),
    ]


def test_of_virtual_services_the_first_in_rank_is_obeyed_and_the_others_say_why_not():
    sidecar = istio("Sidecar", "s", "{egress: [{hosts: ['bank/*']}]}", namespace="shop")
    made, client = world(
        routes("old", year=2019),
        routes("new"),
        routes("hidden", more=", exportTo: ['.']"),
        routes("far", "far"),
        sidecar,
    )
    found = told(virtual_services(made.plans.rules.traffic_of.get(HOST), HOST, client))
    assert found == [
        ("bank/hidden", False, "it is exported to bank, and not to shop"),
        ("bank/old", True, "the first in rank for the closest host"),
        ("bank/new", False, "bank/old is older, for fewer namespaces, or for a closer host"),
        ("far/far", False, "the client's Sidecar does not import it"),
    ]

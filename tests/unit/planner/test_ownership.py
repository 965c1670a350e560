"""Ownership of hosts, from the mesh's settings and Namespaces to what sidecars and gateways obey."""

from typing import Any

import pytest
from worlds import SHOP, World, istio, mesh_config, service

from lateen.base.refs import Key
from lateen.planner.scope import COMMON, Scope

BANK, FAR = Scope("sidecar", "bank"), Scope("sidecar", "far")
HOST = "web.bank.svc.cluster.local"
ON = mesh_config("hostOwnership: ENFORCED")


def namespace(name: str, grant: str = "") -> dict[str, Any]:
    annotations = {"lateen.dev/hosts": grant} if grant else {}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "annotations": annotations}}


def routes(place: str, to: str = "elsewhere.x", hosts: str = HOST, more: str = "") -> dict[str, Any]:
    return istio("VirtualService", "r", f"{{hosts: [{hosts}], http: [{{route: [{{destination: {{host: {to}}}}}]}}]{more}}}", namespace=place)  # fmt: skip


def world(*objects: dict[str, Any]) -> World:
    made = World(COMMON, SHOP, BANK, FAR)
    made.put(service("web", namespace="bank"), *(namespace(name) for name in ("bank", "shop", "far")), *objects)
    return made


def taken(made: World) -> list[bool]:
    """Whether clients in bank, shop and far are led elsewhere."""
    return [made.targets("80", f"{HOST}:80", scope)[0].endswith("elsewhere.x") for scope in (BANK, SHOP, FAR)]


def test_without_the_switch_anybody_routes_for_all():
    assert taken(world(routes("shop"))) == [True, True, True]


def test_who_does_not_own_a_host_routes_it_for_itself_and_is_told_so():
    made = world(ON, routes("shop"))
    assert taken(made) == [False, True, False]
    (fault,) = made.plans.remarks.get(Key("shop", "r"))
    assert (fault.code, fault.path) == ("LAT0011", "spec.hosts[0]")
    assert fault.fix == f"grant it: kubectl annotate namespace shop lateen.dev/hosts={HOST}"
    assert taken(world(ON, routes("bank"))) == [True, True, True], "its own host"
    assert taken(world(ON, routes("istio-system"))) == [True, True, True], "the root namespace owns every host"


def test_a_grant_is_taken_while_it_stands_and_costs_its_namespaces_rules_alone():
    made = world(ON, routes("shop"), routes("bank", "other.x", "a.bank.svc.cluster.local"))
    made.put(namespace("shop", "*.bank.svc.cluster.local"))
    assert taken(made) == [True, True, True]
    assert made.plans.remarks.get(Key("shop", "r")) is None
    assert made.ran()["owned traffic"] == [Key("shop", "r")]
    made.put(namespace("shop"))
    assert taken(made) == [False, True, False]


def test_one_foreign_host_confines_the_whole_rule_and_keeps_it_from_gateways():
    made = world(ON, routes("shop", hosts=f"own.shop.svc.cluster.local, {HOST}", more=", gateways: [mesh, shop/edge]"))
    one = made.plans.rules.traffic.get(Key("shop", "r"))
    assert (one.gateways, one.exports, one.foreign) == (("mesh",), ("shop",), (HOST,))


def test_a_rule_that_its_own_namespace_does_not_see_counts_for_nobody():
    assert taken(world(ON, routes("shop", more=", exportTo: [far]"))) == [False, False, False]


@pytest.mark.parametrize(
    ("spec", "grant"),
    [
        ("addresses: [203.0.113.7], resolution: STATIC", "203.0.113.7"),
        ("addresses: [203.0.113.7/32], resolution: STATIC", "203.0.113.7"),
        ("addresses: [203.0.113.0/24], resolution: NONE", "203.0.113.0/24"),
        ("resolution: NONE", "*"),
    ],
)
def test_an_entry_takes_no_addresses_of_others_whatever_it_is_called(spec: str, grant: str):
    entry = istio("ServiceEntry", "e", f"{{hosts: [x.shop.svc.cluster.local], ports: [{{number: 9000, name: t, protocol: TCP}}], {spec}}}")  # fmt: skip
    made = world(ON, entry)

    def seen() -> list[bool]:
        name = "outbound|9000||x.shop.svc.cluster.local"
        return [made.upstream(name, scope) is not None for scope in (BANK, SHOP)]

    assert seen() == [False, True]
    made.put(namespace("shop", grant))
    assert seen() == [True, True]


def test_an_entry_takes_no_address_of_a_service():
    entry = istio("ServiceEntry", "e", "{hosts: [x.shop.svc.cluster.local], addresses: [10.96.0.10], ports: [{number: 9000, name: t, protocol: TCP}], resolution: STATIC}", created="2020-01-01T00:00:00Z")  # fmt: skip
    made = world(service("db", [{"name": "tcp", "port": 9000}], address="10.96.0.10", namespace="bank"), entry)
    chain = made.listener("10.96.0.10_9000", BANK).default_chain
    assert chain.proxy.upstreams == (("outbound|9000||db.bank.svc.cluster.local", 100),)


def test_an_entry_for_a_foreign_host_is_seen_by_its_own_namespace_alone():
    spec = "{hosts: [a.com], ports: [{number: 80, name: http, protocol: HTTP}], resolution: DNS%s}"
    made = world(ON, istio("ServiceEntry", "e", spec % ""))
    assert [made.host("80", "a.com:80", scope) is not None for scope in (BANK, SHOP, FAR)] == [False, True, False]
    made.put(namespace("shop", "a.com"))
    assert [made.host("80", "a.com:80", scope) is not None for scope in (BANK, SHOP, FAR)] == [True, True, True]
    made.put(namespace("shop"), istio("ServiceEntry", "e", spec % ", exportTo: [bank]"))
    assert [made.host("80", "a.com:80", scope) is not None for scope in (BANK, SHOP, FAR)] == [False, False, False]

"""Ownership of hosts, from the mesh's settings and Namespaces to what sidecars and gateways obey."""

from typing import Any

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


def test_an_entry_for_a_foreign_host_is_seen_by_its_own_namespace_alone():
    spec = "{hosts: [a.com], ports: [{number: 80, name: http, protocol: HTTP}], resolution: DNS%s}"
    made = world(ON, istio("ServiceEntry", "e", spec % ""))
    assert [made.host("80", "a.com:80", scope) is not None for scope in (BANK, SHOP, FAR)] == [False, True, False]
    made.put(namespace("shop", "a.com"))
    assert [made.host("80", "a.com:80", scope) is not None for scope in (BANK, SHOP, FAR)] == [True, True, True]
    made.put(namespace("shop"), istio("ServiceEntry", "e", spec % ", exportTo: [bank]"))
    assert [made.host("80", "a.com:80", scope) is not None for scope in (BANK, SHOP, FAR)] == [False, False, False]

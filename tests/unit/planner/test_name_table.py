"""Which names a namespace's clients resolve themselves."""

from typing import Any

from worlds import SHOP, World, istio, pod, service, slices

from lateen.plan.name import Name
from lateen.planner.scope import Scope

OFF = SHOP._replace(dns="off")
UNALLOCATED = SHOP._replace(dns="4-")
PORTS = "ports: [{number: 3306, name: tcp, protocol: TCP}]"


def names(world: World, scope: Scope = SHOP) -> dict[str, tuple[str, ...]]:
    return {key[1]: name.addresses for key, name in world.plans.names.items() if key[0] == scope}


def entry(name: str, spec: str, *addresses: str, **more: Any) -> dict[str, Any]:
    """A ServiceEntry of `name`.example.com whose status says these addresses."""
    host = f"{name}.example.com"
    raw = istio("ServiceEntry", name, f"{{hosts: [{host}], {spec}, {PORTS}}}", **more)
    return raw | {"status": {"addresses": [{"host": host, "value": value} for value in addresses]}}


def test_a_service_has_its_cluster_address_and_its_short_name() -> None:
    world = World()
    world.put(service("web", address="10.96.0.9"))
    (name,) = (row for (scope, _), row in world.plans.names.items() if scope == SHOP)
    host = "web.shop.svc.cluster.local"
    wanted = Name(name=host, addresses=("10.96.0.9",), short_name="web", namespace="shop", origin=name.origin)
    assert name == wanted
    assert name.origin.kind == "Service"


def test_a_headless_service_has_its_endpoints_and_a_name_for_each_pod_with_a_host_name() -> None:
    world = World()
    raw = slices("db", {"db-0": "10.1.0.1", "db-1": "10.1.0.2", "x": "10.1.0.3"}, {"tcp": 3306})
    for endpoint in raw["endpoints"][:2]:
        endpoint["hostname"] = endpoint["targetRef"]["name"]
    world.put(service("db", [{"name": "tcp", "port": 3306}], address="None"), pod("db-0", "10.1.0.1"), raw)
    host = "db.shop.svc.cluster.local"
    found = names(world)
    assert found == {host: ("10.1.0.1", "10.1.0.2", "10.1.0.3"), f"db-0.{host}": ("10.1.0.1",), f"db-1.{host}": ("10.1.0.2",)}  # fmt: skip
    own = world.plans.names.get((SHOP, f"db-0.{host}"))
    assert own is not None and (own.short_name, own.namespace) == ("db-0.db", "shop")


def test_what_no_address_stands_for_is_left_to_others() -> None:
    world = World()
    world.put(
        service("alias", type="ExternalName", externalName="www.example.com"),
        service("empty", address="None"),
        entry("none", "resolution: NONE"),
        entry("block", "resolution: NONE, addresses: [192.0.2.0/24]"),
    )
    assert names(world) == {}


def test_an_external_name_has_the_addresses_it_says() -> None:
    world = World()
    world.put(entry("db", "resolution: STATIC, addresses: [192.0.2.7, 192.0.2.8/32, 198.51.100.0/24]"))
    assert names(world) == {"db.example.com": ("192.0.2.7", "192.0.2.8")}


def test_a_host_without_addresses_has_those_of_its_status_in_the_familys_clients_can_use() -> None:
    world = World(SHOP, OFF, UNALLOCATED, SHOP._replace(dns="46"))
    world.put(entry("db", "resolution: DNS", "240.240.0.1", "2001:2::1"))
    assert names(world) == {"db.example.com": ("240.240.0.1",)}
    assert names(world, SHOP._replace(dns="46")) == {"db.example.com": ("240.240.0.1", "2001:2::1")}
    assert names(world, UNALLOCATED) == names(world, OFF) == {}


def test_clients_that_do_not_capture_have_no_names_at_all() -> None:
    world = World(OFF)
    world.put(service("web", address="10.96.0.9"))
    assert names(world, OFF) == {}


def test_names_are_those_that_the_namespace_sees() -> None:
    world = World()
    world.put(service("far", namespace="far", address="10.96.0.9", annotations={"networking.istio.io/exportTo": "."}),
              entry("own", "resolution: DNS, exportTo: ['.']", "240.240.0.1", namespace="far"))  # fmt: skip
    assert names(world) == {}


def test_a_sidecar_narrows_the_names() -> None:
    world = World()
    world.put(service("web", address="10.96.0.9"), service("far", namespace="far", address="10.96.0.8"))
    assert len(names(world)) == 2
    world.put(istio("Sidecar", "default", "{egress: [{hosts: ['./*']}]}"))
    assert list(names(world)) == ["web.shop.svc.cluster.local"]


def test_one_changed_service_is_one_name() -> None:
    world = World()
    world.put(*(service(f"web-{n}", address=f"10.96.0.{n}") for n in range(1, 20)))
    world.put(service("web-7", address="10.96.1.7"))
    host = "web-7.shop.svc.cluster.local"
    assert world.ran()["names"] == [(SHOP, host)]
    assert world.changed("names") == [(SHOP, host)]


def test_two_databases_on_one_port_have_a_listener_each() -> None:
    world = World(SHOP, OFF)
    for number, name in enumerate(("one", "two"), 1):
        world.put(
            entry(name, f"resolution: STATIC, endpoints: [{{address: 203.0.113.{number}}}]", f"240.240.0.{number}")
        )
    for number, name in enumerate(("one", "two"), 1):
        listener = world.listener(f"240.240.0.{number}_3306")
        assert listener is not None and listener.default_chain is not None
        assert listener.default_chain.name == f"outbound|3306||{name}.example.com"
    assert world.listener("0.0.0.0_3306") is None
    assert world.listener("0.0.0.0_3306", OFF) is not None
    assert world.listener("240.240.0.1_3306", OFF) is None


def test_tls_is_told_apart_by_its_server_name_at_other_addresses_too() -> None:
    world = World()
    raw = entry("db", "resolution: DNS", "240.240.0.1")
    raw["spec"]["ports"][0] |= {"protocol": "TLS", "number": 443}
    world.put(raw)
    own, shared = world.listener("240.240.0.1_443"), world.listener("0.0.0.0_443")
    assert (
        own is not None and own.default_chain is not None and own.default_chain.name == "outbound|443||db.example.com"
    )
    assert shared is not None
    assert [(chain.match.server_names, chain.name) for chain in shared.chains] == [(("db.example.com",), "outbound|443||db.example.com")]  # fmt: skip

"""Addresses in the statuses of ServiceEntries, at a real API server."""

from ipaddress import ip_address
from typing import Any

from planes import Plane
from worlds import istio, pod

from lateen.app.allocator import read_addresses
from lateen.base.refs import Key
from lateen.base.tasks import until, until_seen
from lateen.kinds.all import by_kind
from lateen.planner.scope import Scope
from lateen.registry.address_pool import IPV4, IPV6

ENTRY = by_kind("ServiceEntry")
PORTS = "ports: [{number: 3306, name: tcp, protocol: TCP}]"
SHOP = Scope("sidecar", "shop")


def entry(name: str, spec: str = "resolution: DNS") -> dict[str, Any]:
    return istio("ServiceEntry", name, f"{{hosts: [{name}.example.com], {spec}, {PORTS}}}")


async def addresses(mesh: Plane, name: str, count: int = 2) -> list[tuple[str, str]]:
    """The hosts and addresses of a status, as soon as it has so many."""

    async def look() -> Any:
        status = (await mesh.admin.get(ENTRY, Key("shop", name))).get("status") or {}
        found = [(one["host"], one["value"]) for one in status.get("addresses") or ()]
        return (found,) if len(found) == count and status.get("observedGeneration") else None

    (found,) = await until_seen(look, seconds=20, what=f"{count} addresses of {name}")
    return found  # type: ignore[no-any-return]


async def test_entries_get_an_address_each_beside_their_conditions(mesh: Plane) -> None:
    await mesh.put(entry("one"), entry("two"))
    (host, v4), (again, v6) = await addresses(mesh, "one")
    assert host == again == "one.example.com"
    assert ip_address(v4) in IPV4 and ip_address(v6) in IPV6
    assert {v4, v6}.isdisjoint(value for _, value in await addresses(mesh, "two"))
    managers = {each["manager"] for each in (await mesh.admin.get(ENTRY, Key("shop", "one")))["metadata"]["managedFields"]}  # fmt: skip
    assert {"lateen-status", "lateen-addresses"} <= managers


async def test_the_addresses_of_the_status_are_those_of_the_listeners(mesh: Plane) -> None:
    await mesh.put(pod("web-1", "10.244.0.2"), entry("one"))
    (_, v4), _ = await addresses(mesh, "one")
    proxy = await mesh.connect("web-1")
    await proxy.has("type.googleapis.com/envoy.config.listener.v3.Listener", f"{v4}_3306")
    await mesh.admin.update_status(ENTRY, (await mesh.admin.get(ENTRY, Key("shop", "one"))) | {"status": {}})
    written = mesh.control._addresses
    await until(lambda: written.written == 2, seconds=10, what="the address to be written again")
    assert (await addresses(mesh, "one"))[0][1] == v4


async def test_of_two_statuses_with_one_address_the_older_entrys_stands(mesh: Plane) -> None:
    await mesh.put(entry("a"))
    taken = await addresses(mesh, "a")
    same = [{"host": "b.example.com", "value": value} for _, value in taken]
    await mesh.put(entry("b") | {"status": {"addresses": same}})

    async def apart() -> bool:
        found = await addresses(mesh, "b")
        return not {value for _, value in found} & {value for _, value in taken}

    await until_seen(apart, seconds=20, what="another address")
    assert await addresses(mesh, "a") == taken


async def test_who_needs_none_loses_them(mesh: Plane) -> None:
    await mesh.put(entry("one"))
    await addresses(mesh, "one")
    await mesh.put(entry("one", "resolution: STATIC, addresses: [192.0.2.7]"))
    assert await addresses(mesh, "one", 0) == []


def test_a_status_that_cannot_be_read_has_no_addresses() -> None:
    assert read_addresses({"addresses": "nonsense"}) == read_addresses({}) == ()
    assert [one.value for one in read_addresses({"addresses": [{"value": "240.240.0.1", "host": "a.x"}]})] == ["240.240.0.1"]  # fmt: skip

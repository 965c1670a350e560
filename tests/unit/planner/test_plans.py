import gc
import time

import pytest
from worlds import SHOP, World, pod, service, slices

from lateen.base.refs import Key
from lateen.planner.scope import COMMON, Scope


def test_scopes_are_wanted_by_count():
    world = World(COMMON)
    world.plans.want(COMMON)
    world.plans.release(COMMON)
    world.settle()
    assert world.names("upstreams", COMMON) != []
    world.plans.release(COMMON)
    world.settle()
    assert world.names("upstreams", COMMON) == []
    with pytest.raises(KeyError):
        world.plans.release(COMMON)


def test_a_workload_is_found_by_its_pod():
    world = World()
    world.put(pod("web-1", "10.1.0.1"))
    workload = world.plans.workload_at("shop", "web-1")
    assert workload is world.plans.workloads.get(Key("shop", "web-1"))
    assert world.plans.scopes_of(workload) == (COMMON, SHOP, Scope("inbound", "shop"))
    assert world.plans.workload_at("shop", "web-9") is None


def test_all_that_a_sidecar_needs_is_in_its_three_scopes():
    world = World()
    world.put(service("web", address="10.0.0.1"), pod("web-1", "10.1.0.1"), slices("web", {"web-1": "10.1.0.1"}))
    scopes = world.plans.scopes_of(world.plans.workload_at("shop", "web-1"))
    world.want(*scopes)
    assert {name for scope in scopes for name in world.names("listeners", scope)} == {
        "virtualOutbound",
        "virtualInbound",
        "0.0.0.0_80",
    }


def test_a_thousand_services_are_planned_in_a_blink():
    """The aim is 60 ms on the machine this is built on; the bound leaves room for a slower, busier one."""
    world = World(COMMON)
    for number in range(1000):
        name = f"s{number}"
        addresses = {f"{name}-{index}": f"10.{index}.{number >> 8}.{number & 255}" for index in (1, 2)}
        for raw in (service(name), slices(name, addresses), *(pod(*one) for one in addresses.items())):
            world.store.put(raw)
    world.settle()
    world.plans.want(SHOP)
    gc.collect()
    start = time.perf_counter()
    world.engine.settle()
    took = time.perf_counter() - start
    assert len(world.names("upstreams")) == len(world.names("assignments")) == 1000
    assert len(world.table("80").virtual_hosts) == 1001
    assert took < 0.3, f"{took * 1000:.0f} ms"

from worlds import SHOP, World, istio, service

from lateen.planner.scope import Scope

BANK = Scope("sidecar", "bank")
WEB = "web.shop.svc.cluster.local"


def busy() -> World:
    """A service, and two client namespaces."""
    world = World(SHOP, BANK)
    world.put(service("web", address="10.0.0.1"))
    return world


def test_plans_without_rules_are_shared_between_clients():
    world = busy()
    assert world.upstream(f"outbound|80||{WEB}") is world.upstream(f"outbound|80||{WEB}", BANK)


def test_a_service_is_seen_where_it_is_exported():
    world = busy()
    world.put(service("web", address="10.0.0.1", annotations={"networking.istio.io/exportTo": "."}))
    assert world.upstream(f"outbound|80||{WEB}") and not world.upstream(f"outbound|80||{WEB}", BANK)
    assert world.host("80", f"{WEB}:80") and not world.host("80", f"{WEB}:80", BANK)


def test_of_two_declarations_of_a_host_each_namespace_means_its_own():
    world = World(SHOP, BANK)
    for namespace, number in (("shop", 1), ("bank", 2)):
        spec = f"{{hosts: [a.x], ports: [{{number: {number}, name: http, protocol: HTTP}}]}}"
        world.put(istio("ServiceEntry", "a", spec, namespace=namespace))
    assert (world.names("upstreams"), world.names("upstreams", BANK)) == (["outbound|1||a.x"], ["outbound|2||a.x"])

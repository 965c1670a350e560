"""What is computed again when something changes: no more than it touches."""

from worlds import SHOP, World, istio, mesh_config, pod, service, slices

from lateen.planner.scope import Scope

BANK = Scope("sidecar", "bank")
WEB, API = "web.shop.svc.cluster.local", "api.shop.svc.cluster.local"


def busy() -> World:
    """Two services with two pods each, and two client namespaces."""
    world = World(SHOP, BANK)
    for number, name in enumerate(("web", "api")):
        addresses = {f"{name}-{index}": f"10.1.{number}.{index}" for index in (1, 2)}
        world.put(service(name, address=f"10.0.0.{number + 1}"), slices(name, addresses))
        world.put(*(pod(one, address, {"version": f"v{one[-1]}"}) for one, address in addresses.items()))
    return world


def rules(to: str, host: str = "web") -> dict:
    spec = f"{{hosts: [{host}], http: [{{route: [{{destination: {{host: {to}}}}}]}}]}}"
    return istio("VirtualService", host, spec)


def test_nobody_connected_costs_nothing():
    world = World(SHOP)
    world.plans.release(SHOP)
    world.settle()
    world.put(service("web"), pod("web-1", "10.1.0.1"), slices("web", {"web-1": "10.1.0.1"}), rules("x"))
    for collection in ("upstreams", "assignments", "listeners", "routes"):
        assert world.names(collection) == []
    per_client = {"outbound upstreams", "assignments", "virtual hosts", "outbound routes", "outbound listeners"}
    assert not per_client & set(world.ran())


def test_a_client_that_leaves_takes_its_plans_along():
    world = busy()
    world.plans.release(BANK)
    world.settle()
    assert world.names("upstreams", BANK) == world.names("routes", BANK) == world.names("listeners", BANK) == []
    assert world.names("upstreams")


def test_a_moved_pod_changes_its_services_assignments_and_nothing_else():
    world = busy()
    world.put(pod("web-1", "10.1.0.99", {"version": "v1"}))
    assert "assignments" not in world.ran()
    world.put(slices("web", {"web-1": "10.1.0.99", "web-2": "10.1.0.2"}))
    assert world.changed("assignments") == [(BANK, f"outbound|80||{WEB}"), (SHOP, f"outbound|80||{WEB}")]
    assert not {"outbound upstreams", "virtual hosts", "outbound routes", "outbound listeners"} & set(world.ran())


def test_a_pod_of_another_service_account_changes_who_may_answer():
    world = busy()
    world.put(pod("web-1", "10.1.0.1", {"version": "v1"}, account="other"))
    assert world.changed("planned upstreams") == [(BANK, f"outbound|80||{WEB}"), (SHOP, f"outbound|80||{WEB}")]
    assert "virtual hosts" not in world.ran()


def test_a_virtual_service_changes_its_hosts_and_their_tables():
    world = busy()
    world.put(rules("api"))
    assert world.changed("virtual hosts") == [(scope, "80", f"{WEB}:80") for scope in (BANK, SHOP)]
    assert set(world.ran()["virtual hosts"]) == {(BANK, WEB), (SHOP, WEB)}
    assert world.changed("outbound routes") == [(BANK, "80"), (SHOP, "80")]
    assert not {"outbound upstreams", "assignments", "loads"} & set(world.ran())
    assert world.changed("planned listeners") == []


def test_a_virtual_service_for_gateways_touches_no_sidecar():
    world = busy()
    spec = "{hosts: ['*'], gateways: [g], http: [{route: [{destination: {host: web}}]}]}"
    world.put(istio("VirtualService", "v", spec))
    assert not {"virtual hosts", "traffic of host", "outbound routes"} & set(world.ran())


def test_an_equal_rule_ends_where_it_came_in():
    world = busy()
    raw = rules("api")
    world.put(raw)
    newer = {**raw, "metadata": {**raw["metadata"], "resourceVersion": "2"}}
    world.put(newer)
    assert world.ran() == {"virtual services": [("shop", "web")]}


def test_a_destination_rule_concerns_its_host():
    world = busy()
    world.put(istio("DestinationRule", "web", "{host: web, subsets: [{name: v1, labels: {version: v1}}]}"))
    assert set(world.ran()["outbound upstreams"]) == {(BANK, WEB), (SHOP, WEB)}
    assert world.addresses(f"outbound|80|v1|{WEB}") == ["10.1.0.1:80"]
    assert "virtual hosts" not in world.ran()


def test_a_destination_rule_of_one_client_changes_that_client():
    world = busy()
    world.put(istio("DestinationRule", "web", f"{{host: {WEB}, subsets: [{{name: v1}}]}}", namespace="bank"))
    changed = world.changed("planned upstreams")
    assert changed == [(BANK, f"outbound|80|v1|{WEB}"), (BANK, f"outbound|80||{WEB}")]


def test_a_new_service_joins_its_table():
    world = busy()
    world.put(service("new"))
    new = "new.shop.svc.cluster.local"
    assert set(world.ran()["virtual hosts"]) == {(BANK, new), (SHOP, new)}
    assert world.changed("outbound routes") == [(BANK, "80"), (SHOP, "80")]
    assert world.changed("planned listeners") == []


def test_the_outbound_policy_is_in_every_table():
    world = busy()
    world.put(mesh_config("outboundTrafficPolicy: {mode: REGISTRY_ONLY}"))
    assert world.table("80").virtual_hosts[-1].name == "block_all"
    assert world.changed("virtual hosts") == []

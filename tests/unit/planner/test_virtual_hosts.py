from worlds import SHOP, World, istio, mesh_config, service

from lateen.planner.scope import Scope

WEB = "web.shop.svc.cluster.local"


def rules(name: str, hosts: str, to: str, more: str = "", created: str = "") -> dict:
    spec = f"{{hosts: [{hosts}], http: [{{route: [{{destination: {{host: {to}}}}}]}}]{more}}}"
    return istio("VirtualService", name, spec, created=created)


def test_a_service_is_its_own_destination():
    world = World()
    world.put(service("web", [{"name": "http", "port": 80}, {"name": "grpc", "port": 90}]))
    assert world.targets("80", f"{WEB}:80") == [f"outbound|80||{WEB}"]
    assert world.targets("90", f"{WEB}:90") == [f"outbound|90||{WEB}"]


def test_rules_send_it_elsewhere_on_every_port():
    world = World()
    world.put(service("web", [{"name": "http", "port": 80}, {"name": "http-b", "port": 81}]), rules("a", "web", "b.x"))
    assert world.targets("80", f"{WEB}:80") == ["outbound|80||b.x"]
    assert world.targets("81", f"{WEB}:81") == ["outbound|81||b.x"]


def test_rules_for_one_port_leave_the_others():
    spec = "{hosts: [web], http: [{match: [{port: 81}], route: [{destination: {host: b.x}}]}]}"
    world = World()
    world.put(service("web", [{"name": "http", "port": 80}, {"name": "http-b", "port": 81}]))
    world.put(istio("VirtualService", "web", spec))
    assert world.targets("80", f"{WEB}:80") == [f"outbound|80||{WEB}"]
    assert world.targets("81", f"{WEB}:81") == ["outbound|81||b.x"]


def test_a_wildcard_covers_the_services_that_nothing_closer_does():
    world = World()
    world.put(service("web"), service("other"), rules("wild", "'*.cluster.local'", "w.x"), rules("one", WEB, "e.x"))
    assert world.targets("80", f"{WEB}:80") == ["outbound|80||e.x"]
    assert world.targets("80", "other.shop.svc.cluster.local:80") == ["outbound|80||w.x"]
    assert world.host("80", "*.cluster.local:80") is None


def test_rules_for_gateways_alone_say_nothing_to_sidecars():
    world = World()
    world.put(
        service("web"), rules("a", "'*'", "b.x", ", gateways: [edge]"), rules("b", "x.y", "b.x", ", gateways: [edge]")
    )
    assert [host.name for host in world.table("80").virtual_hosts] == [f"{WEB}:80", "allow_any"]


def test_an_alias_leads_to_the_service_it_means():
    world = World()
    world.put(service("web", address="10.0.0.1"))
    world.put(service("old", type="ExternalName", externalName=WEB, ports=[]))
    assert {"old", "old.shop.svc.cluster.local"} <= set(world.host("80", f"{WEB}:80").domains)
    world.delete("Service", "old")
    assert "old" not in world.host("80", f"{WEB}:80").domains


def test_short_names_are_the_clients_own():
    bank = Scope("sidecar", "bank")
    world = World(SHOP, bank)
    world.put(service("web"))
    assert "web" in world.host("80", f"{WEB}:80").domains
    assert "web" not in world.host("80", f"{WEB}:80", bank).domains


def test_source_namespaces_see_different_rules():
    bank = Scope("sidecar", "bank")
    world = World(SHOP, bank)
    spec = """{hosts: [web], http: [{match: [{sourceNamespace: bank}], route: [{destination: {host: b.x}}]},
      {route: [{destination: {host: c.x}}]}]}"""
    world.put(service("web"), istio("VirtualService", "web", spec))
    assert world.targets("80", f"{WEB}:80") == ["outbound|80||c.x"]
    assert world.targets("80", f"{WEB}:80", bank) == ["outbound|80||b.x"]


def test_the_meshs_default_retries_hold_where_rules_are_silent():
    world = World()
    world.put(service("web"), mesh_config("defaultHttpRetryPolicy: {attempts: 0}"))
    assert world.host("80", f"{WEB}:80").routes[0].action.retries is None

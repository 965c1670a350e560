from worlds import World, istio, service

WEB = "web.shop.svc.cluster.local"


def rules(name: str, hosts: str, to: str, more: str = "", created: str = "") -> dict:
    spec = f"{{hosts: [{hosts}], http: [{{route: [{{destination: {{host: {to}}}}}]}}]{more}}}"
    return istio("VirtualService", name, spec, created=created)


def test_a_host_that_only_rules_know_is_looked_for_on_port_80():
    world = World()
    world.put(service("web", [{"name": "http", "port": 80}, {"name": "http-b", "port": 8080}]))
    world.put(rules("a", "foo.shop.svc.cluster.local", "b.x"), rules("b", "'*.unknown.x'", "c.x"))
    assert world.targets("80", "foo.shop.svc.cluster.local:80") == ["outbound|80||b.x"]
    assert world.targets("80", "*.unknown.x:80") == ["outbound|80||c.x"]
    assert [host.name for host in world.table("8080").virtual_hosts] == [f"{WEB}:8080", "allow_any"]


def test_a_host_that_becomes_known_is_the_services():
    world = World()
    world.put(service("web"), rules("a", "foo.shop.svc.cluster.local", "b.x"))
    world.put(service("foo", [{"name": "http", "port": 8080}]))
    assert world.host("80", "foo.shop.svc.cluster.local:80") is None
    assert world.targets("8080", "foo.shop.svc.cluster.local:8080") == ["outbound|8080||b.x"]


def test_a_wildcard_that_covers_a_known_host_is_its_services():
    world = World()
    world.put(service("web"), rules("a", "'*.unknown.x'", "b.x"))
    world.put(istio("ServiceEntry", "one", "{hosts: [a.b.unknown.x], ports: [{number: 80, name: http}]}"))
    assert world.host("80", "*.unknown.x:80") is None
    assert world.targets("80", "a.b.unknown.x:80") == ["outbound|80||b.x"]


def test_a_wildcard_is_not_looked_at_again_for_hosts_elsewhere():
    world = World()
    world.put(service("web"), rules("a", "'*.unknown.x'", "b.x"))
    world.put(service("other"))
    assert "unknown hosts" not in world.ran()
    assert world.targets("80", "*.unknown.x:80") == ["outbound|80||b.x"]

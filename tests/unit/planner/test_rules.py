from worlds import World, istio, service

WEB = "web.shop.svc.cluster.local"


def traffic(name: str, hosts: str, gateways: str = "[mesh]") -> dict:
    spec = f"{{hosts: {hosts}, gateways: {gateways}, http: [{{route: [{{destination: {{host: a.x}}}}]}}]}}"
    return istio("VirtualService", name, spec)


def of_host(world: World, collection: str) -> dict[str, list[str]]:
    return {host: [one.name for one in rules] for host, rules in world.engine.collections[collection].items()}


def test_each_host_knows_its_rules_exact_or_by_wildcard():
    world = World()
    world.put(service("web"), service("api"))
    world.put(traffic("one", "[web]"), traffic("all", "['*.cluster.local']"), traffic("edge", "[web]", "[g]"))
    assert of_host(world, "traffic of host") == {WEB: ["one", "all"], "api.shop.svc.cluster.local": ["all"]}
    world.put(istio("DestinationRule", "d", "{host: web}"), istio("DestinationRule", "w", "{host: '*.x'}"))
    assert of_host(world, "destinations of host") == {WEB: ["d"]}


def test_a_rule_for_one_host_leaves_the_others():
    world = World()
    world.put(service("web"), service("api"))
    world.put(traffic("one", "[web]"))
    assert world.ran()["traffic of host"] == [WEB]


def test_a_wildcard_service_has_rules_too():
    world = World()
    entry = "{hosts: ['*.b.x'], ports: [{number: 80, name: http, protocol: HTTP}]}"
    world.put(istio("ServiceEntry", "w", entry), traffic("same", "['*.b.x']"), traffic("narrow", "[a.b.x]"))
    assert of_host(world, "traffic of host") == {"*.b.x": ["same"]}

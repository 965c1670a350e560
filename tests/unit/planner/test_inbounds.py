from worlds import World, istio, mesh_config, service

from lateen.plan.upstream import Endpoint, LocalityEndpoints
from lateen.planner.scope import Scope

WEB = Scope("inbound", "shop", "app=web")


def ports(world: World, scope: Scope = WEB) -> list[str]:
    return [name for name in world.names("upstreams", scope) if name.startswith("inbound|")]


def test_the_ports_are_those_that_services_lead_to():
    world = World(WEB)
    world.put(service("web", [{"name": "http", "port": 80, "targetPort": 8080}]))
    world.put(service("metrics", [{"name": "http", "port": 90}], selector={"app": "web"}))
    world.put(service("other"))
    assert ports(world) == ["inbound|8080||", "inbound|90||"]
    assert world.upstream("inbound|8080||", WEB).host == "web.shop.svc.cluster.local"
    world.delete("Service", "metrics")
    assert ports(world) == ["inbound|8080||"]


def test_a_named_port_is_the_containers():
    scope = Scope("inbound", "shop", "app=web,:http-web=9090")
    world = World(scope)
    world.put(service("web", [{"name": "http", "port": 80, "targetPort": "http-web"}]))
    assert ports(world, scope) == ["inbound|9090||"]


def test_of_two_services_for_one_port_the_older_says_what_it_carries():
    world = World(WEB)
    young, old = service("a", [{"name": "tcp", "port": 80}]), service("b", [{"name": "grpc", "port": 80}])
    for one, created in ((young, "2021"), (old, "2020")):
        one["spec"]["selector"] = {"app": "web"}
        one["metadata"]["creationTimestamp"] = f"{created}-01-01T00:00:00Z"
    world.put(young, old)
    assert world.upstream("inbound|80||", WEB).protocol == "http2"


def test_peer_authentication_changes_the_listener_in_place():
    world = World(WEB)
    world.put(service("web"))
    before = world.listener("virtualInbound", WEB)
    world.put(istio("PeerAuthentication", "default", "{mtls: {mode: STRICT}}", namespace="istio-system"))
    strict = world.listener("virtualInbound", WEB)
    assert strict != before
    assert all(chain.tls for chain in strict.chains[1:])
    selected = "{selector: {matchLabels: {app: web}}, mtls: {mode: PERMISSIVE}}"
    world.put(istio("PeerAuthentication", "web", selected))
    assert world.listener("virtualInbound", WEB) == before


def test_a_pod_comes_and_goes_without_a_word_to_its_replicas():
    from worlds import pod

    world = World(WEB)
    world.put(service("web"), pod("web-1", "10.1.0.1"))
    world.put(pod("web-2", "10.1.0.2"))
    assert "inbounds" not in world.ran()


def test_the_access_log_is_the_meshs():
    world = World(WEB)
    world.put(mesh_config("accessLogFile: /dev/stdout"))
    assert world.listener("virtualInbound", WEB).access_log == "/dev/stdout"


def test_an_entry_leads_to_the_addresses_written_into_it():
    there = Scope("inbound", "shop", "app=web,@10.1.0.1")
    world = World(there, WEB)
    spec = """{hosts: [a.x], resolution: STATIC, location: MESH_INTERNAL, endpoints: [{address: 10.1.0.1}],
      ports: [{number: 80, name: http, protocol: HTTP, targetPort: 8080}]}"""
    world.put(istio("ServiceEntry", "e", spec))
    assert ports(world, there) == ["inbound|8080||"]
    assert ports(world) == []


def test_a_machines_ports_are_mapped_by_name():
    machine = Scope("inbound", "shop", "app=web,~http=8080,~")
    world = World(machine)
    world.put(service("web", [{"name": "http", "port": 80}, {"name": "tcp", "port": 90, "targetPort": 9000}]))
    assert ports(world, machine) == ["inbound|8080||", "inbound|9000||"]


def test_applications_may_be_reached_on_localhost():
    world = World(WEB)
    world.put(service("web", [{"name": "http", "port": 80, "targetPort": 8080}]))
    assert world.upstream("inbound|8080||", WEB).discovery == "ORIGINAL_DST"
    world.put(mesh_config("inboundTrafficPolicy: {mode: LOCALHOST}"))
    found = world.upstream("inbound|8080||", WEB)
    assert (found.discovery, found.localities) == ("STATIC", (LocalityEndpoints((Endpoint("127.0.0.1", 8080),)),))


def test_mongo_is_looked_into_where_it_can_be_read():
    world = World(WEB)
    world.put(service("web", [{"name": "mongo", "port": 27017}]))
    chains = world.listener("virtualInbound", WEB).chains
    found = {
        (chain.match.transport, bool(chain.tls)): chain.proxy.protocol for chain in chains if chain.match.port == 27017
    }
    assert found == {("tls", True): "mongo", ("tls", False): "", ("raw_buffer", False): "mongo"}

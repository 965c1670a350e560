from worlds import SHOP, World, mesh_config

from lateen.planner.scope import COMMON, Scope


def test_hosts_are_looked_up_where_the_mesh_says_so():
    world = World()
    world.put(mesh_config("outboundTrafficPolicy: {mode: ALLOW_ANY_DYNAMIC_DNS}"))
    assert world.upstream("AllowAnyDynamicDNSCluster", COMMON).discovery == "DYNAMIC_DNS"
    world.put(mesh_config("outboundTrafficPolicy: {mode: ALLOW_ANY}"))
    assert world.upstream("AllowAnyDynamicDNSCluster", COMMON) is None


def test_every_sidecar_has_the_way_out_the_way_nowhere_and_the_way_in():
    world = World(COMMON)
    assert world.names("upstreams", COMMON) == ["BlackHoleCluster", "InboundPassthroughCluster", "PassthroughCluster"]
    assert world.names("listeners", COMMON) == []
    assert world.upstream("PassthroughCluster", COMMON).discovery == "ORIGINAL_DST"
    nowhere = world.upstream("BlackHoleCluster", COMMON)
    assert (nowhere.discovery, nowhere.localities) == ("STATIC", ())
    assert world.upstream("InboundPassthroughCluster", COMMON).bind_address == "127.0.0.6"


def test_a_gateway_has_ways_of_its_own_and_no_captured_traffic():
    gateway = Scope("gateway", "istio-system", "istio=edge")
    world = World(gateway)
    assert world.names("upstreams", gateway) == ["BlackHoleCluster", "PassthroughCluster"]
    assert world.names("listeners", gateway) == []


def test_the_outbound_policy_changes_in_place():
    world = World(COMMON, SHOP)
    world.put(mesh_config("{outboundTrafficPolicy: {mode: REGISTRY_ONLY}, accessLogFile: /dev/stdout}"))
    listener = world.listener("virtualOutbound", SHOP)
    assert listener.default_chain.proxy.upstreams == (("BlackHoleCluster", 100),)
    assert listener.access_log == "/dev/stdout"


def test_settings_that_are_no_settings_leave_the_last_ones_and_are_recorded():
    world = World(COMMON, SHOP)
    world.put(mesh_config("{accessLogFile: /dev/stdout}"))
    world.store.put(mesh_config("{accessLogFile: [}"))
    world.engine.settle()
    assert world.listener("virtualOutbound", SHOP).access_log == "/dev/stdout"
    assert ("mesh", ("istio-system", "istio")) in world.engine.errors

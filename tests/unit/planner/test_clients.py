from worlds import SHOP, World, istio, mesh_config, service

REGISTRY_ONLY = "{egress: [{hosts: ['./*']}], outboundTrafficPolicy: {mode: REGISTRY_ONLY}}"


def test_a_sidecar_says_whether_its_clients_go_where_no_service_is():
    world = World(SHOP)
    world.put(service("web"))
    assert world.table("80").virtual_hosts[-1].name == "allow_any"
    world.put(istio("Sidecar", "default", REGISTRY_ONLY))
    assert world.table("80").virtual_hosts[-1].name == "block_all"


def test_a_sidecar_that_says_nothing_of_it_leaves_it_to_the_mesh():
    world = World(SHOP)
    world.put(service("web"), istio("Sidecar", "default", "{egress: [{hosts: ['./*']}]}"))
    world.put(mesh_config("outboundTrafficPolicy: {mode: REGISTRY_ONLY}"))
    assert world.table("80").virtual_hosts[-1].name == "block_all"


def test_clients_under_an_equal_sidecar_are_planned_once():
    world = World(SHOP)
    world.put(service("web"), istio("Sidecar", "default", REGISTRY_ONLY))
    world.put(mesh_config("accessLogFile: ''"))
    assert "virtual hosts" not in world.ran()

from worlds import World, istio, pod, service, slices

from lateen.planner.upstreams import Peers


def peers(world: World) -> Peers:
    (found,) = dict(world.engine.collections["peers"].items()).values()
    return found


def test_peers_tell_what_all_endpoints_have_in_common():
    world = World()
    world.put(
        service("web"),
        pod("web-1", "10.1.0.1", account="b"),
        pod("web-2", "10.1.0.2", account="a"),
        slices("web", {"web-1": "10.1.0.1", "web-2": "10.1.0.2"}),
    )
    assert peers(world) == Peers(("spiffe://cluster.local/ns/shop/sa/a", "spiffe://cluster.local/ns/shop/sa/b"), (80,))
    world.put(pod("web-2", "10.1.0.2", account="a", injected=False))
    assert peers(world).mesh_ports == ()


def test_a_policy_elsewhere_plans_no_load_again():
    world = World()
    world.put(service("web"), pod("web-1", "10.1.0.1"), slices("web", {"web-1": "10.1.0.1"}))
    world.put(istio("PeerAuthentication", "default", "{mtls: {mode: DISABLE}}", namespace="bank"))
    assert "loads" not in world.ran()
    world.put(istio("PeerAuthentication", "default", "{mtls: {mode: DISABLE}}"))
    assert len(world.ran()["loads"]) == 1
    assert peers(world).mesh_ports == ()


def test_a_stricter_mode_changes_nothing_for_clients():
    world = World()
    world.put(service("web"), pod("web-1", "10.1.0.1"), slices("web", {"web-1": "10.1.0.1"}))
    world.put(istio("PeerAuthentication", "default", "{mtls: {mode: STRICT}}"))
    assert world.changed("loads") == []

from worlds import SHOP, World, istio, pod, service

from lateen.base.refs import Key
from lateen.planner.scope import COMMON, Scope

WEB = Scope("inbound", "shop", "app=web")
BANK = Scope("sidecar", "bank")


def extension(name: str, spec: str = "", namespace: str = "shop") -> dict:
    return istio("TrafficExtension", name, f"{{lua: {{inlineCode: code}}{spec}}}", namespace=namespace)


def world() -> World:
    found = World(COMMON, SHOP, WEB, BANK)
    found.put(service("web", address="10.96.0.1"), pod("web-1", "10.1.0.1"))
    return found


def outbound(found: World, scope: Scope = SHOP) -> list[str]:
    return [one.name for one in found.listener("0.0.0.0_80", scope).chains[0].proxy.extensions]


def inbound(found: World, scope: Scope = WEB) -> list[str]:
    chains = found.listener("virtualInbound", scope).chains
    return [one.name for one in next(chain for chain in chains if chain.match.port == 80).proxy.extensions]


def test_one_is_for_its_namespace_and_of_the_root_namespace_for_all():
    mesh = world()
    mesh.put(extension("own"))
    assert (outbound(mesh), inbound(mesh), outbound(mesh, BANK)) == (["shop.own"], ["shop.own"], [])
    mesh.put(extension("all", ", priority: 1", "istio-system"))
    assert outbound(mesh) == inbound(mesh) == ["istio-system.all", "shop.own"]
    assert outbound(mesh, BANK) == ["istio-system.all"]
    mesh.delete("TrafficExtension", "own")
    assert outbound(mesh) == ["istio-system.all"]


def test_a_selector_tells_proxies_apart():
    mesh = world()
    front = Scope("sidecar", "shop", "app=web")
    mesh.put(pod("api-1"), extension("some", ", selector: {matchLabels: {app: web}}"))
    mesh.want(front)
    assert mesh.plans.scopes.get(Key("shop", "web-1"))[1:] == (front, WEB)
    assert mesh.plans.scopes.get(Key("shop", "api-1"))[1] == Scope("sidecar", "shop", "app=api")
    assert (outbound(mesh, front), inbound(mesh), outbound(mesh)) == (["shop.some"], ["shop.some"], [])


def test_a_selector_of_the_root_namespace_counts_in_every_namespace():
    mesh = world()
    mesh.put(pod("web-2", namespace="bank"), pod("web-3", namespace="istio-system"))
    mesh.put(extension("some", ", selector: {matchLabels: {tier: back}}", "istio-system"))
    assert mesh.plans.scopes.get(Key("bank", "web-2"))[1] == BANK
    mesh.put(pod("web-2", namespace="bank", labels={"tier": "back"}))
    assert mesh.plans.scopes.get(Key("bank", "web-2"))[1] == Scope("sidecar", "bank", "tier=back")


def test_another_namespaces_extension_costs_nothing():
    mesh = world()
    mesh.put(extension("own", namespace="bank"))
    assert {scope for scope, _ in mesh.changed("extended listeners")} == {BANK}
    assert mesh.changed("planned listeners") == []

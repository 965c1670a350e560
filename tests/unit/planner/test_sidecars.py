from worlds import SHOP, World, istio, pod, service

from lateen.base.refs import Key
from lateen.planner.scope import COMMON, Scope

FRONT = Scope("sidecar", "shop", "", "front")
BANK = Scope("sidecar", "bank")
ONLY = "{egress: [{hosts: ['*/%s.%s.svc.cluster.local']}]}"


def sidecar(name: str, host: str, namespace: str = "shop", selector: str = "", created: str = "") -> dict:
    spec = ONLY % (host, "shop")
    if selector:
        spec = f"{{workloadSelector: {{labels: {selector}}}, {spec[1:]}"
    return istio("Sidecar", name, spec, namespace=namespace, created=created)


def world() -> World:
    found = World(COMMON, SHOP, FRONT, BANK)
    found.put(*(service(name) for name in ("a", "b", "c")))
    return found


def known(mesh: World, scope: Scope = SHOP) -> list[str]:
    return [name.split("|")[3].partition(".")[0] for name in mesh.names("upstreams", scope)]


def test_without_a_sidecar_everything_is_known():
    assert known(world()) == ["a", "b", "c"]


def test_the_namespaces_own_counts_before_the_root_namespaces():
    mesh = world()
    mesh.put(sidecar("default", "a", "istio-system"))
    assert known(mesh) == known(mesh, BANK) == ["a"]
    mesh.put(sidecar("default", "b"))
    assert (known(mesh), known(mesh, BANK)) == (["b"], ["a"])
    mesh.delete("Sidecar", "default")
    assert known(mesh) == ["a"]


def test_one_that_selects_the_workload_counts_before_its_namespaces():
    mesh = world()
    mesh.put(sidecar("default", "b"), sidecar("front", "c", selector="{app: front}"))
    assert (known(mesh), known(mesh, FRONT)) == (["b"], ["c"])
    mesh.put(pod("front-1"), pod("web-1"))
    assert mesh.plans.scopes.get(Key("shop", "front-1"))[1:] == (FRONT, Scope("inbound", "shop", "app=front", "front"))
    assert mesh.plans.scopes.get(Key("shop", "web-1"))[1] == SHOP


def test_all_workloads_that_one_selects_share_their_plans():
    mesh = world()
    mesh.put(sidecar("front", "c", selector="{tier: front}"))
    mesh.put(pod("web-1", labels={"tier": "front"}), pod("api-1", labels={"tier": "front"}))
    assert mesh.plans.scopes.get(Key("shop", "web-1"))[1] == mesh.plans.scopes.get(Key("shop", "api-1"))[1] == FRONT


def test_of_two_the_oldest_counts():
    mesh = world()
    mesh.put(sidecar("b", "b", created="2019-01-01T00:00:00Z"), sidecar("a", "a", created="2021-01-01T00:00:00Z"))
    assert known(mesh) == ["b"]
    mesh.put(
        sidecar("x", "c", selector="{app: front}", created="2021-01-01T00:00:00Z"),
        sidecar("front", "a", selector="{app: front}", created="2020-01-01T00:00:00Z"),
        pod("front-1"),
    )
    assert mesh.plans.scopes.get(Key("shop", "front-1"))[1] == FRONT


def test_one_that_selects_is_for_its_own_namespace_only():
    mesh = world()
    mesh.put(sidecar("front", "c", "istio-system", selector="{app: front}"), pod("front-1"))
    assert mesh.plans.scopes.get(Key("shop", "front-1"))[1] == SHOP
    assert known(mesh) == ["a", "b", "c"]


def test_a_changed_sidecar_concerns_its_own_proxies():
    mesh = world()
    mesh.put(sidecar("default", "a"))
    mesh.put(sidecar("default", "b"))
    ran = mesh.ran()
    assert set(ran["clients"]) == {SHOP, FRONT}
    assert {scope for scope, _ in ran["outbound upstreams"]} == {SHOP, FRONT}

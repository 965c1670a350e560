from worlds import World, istio, mesh_config, pod, service

from lateen.advise.strictness import Readiness, readiness


def found(*objects: dict, namespace: str = "") -> Readiness:
    world = World()
    world.put(
        pod("web", "10.0.0.1", namespace="bank"), pod("api", "10.0.0.2"), service("web", namespace="bank"), *objects
    )
    return readiness(world.plans, namespace)


def test_where_all_have_proxies_nothing_breaks():
    assert found().ready and found().enforced == 2
    assert found(namespace="bank").enforced == 1


def test_a_pod_without_a_proxy_might_call_and_is_itself_not_protected():
    bare = pod("old", "10.0.0.3", injected=False)
    of_mesh, of_bank = found(bare), found(bare, namespace="bank")
    assert [(one.who, one.breaks) for one in of_mesh.obstacles] == [("pod shop/old", True), ("pod shop/old", False)]
    assert [(one.who, one.breaks) for one in of_bank.obstacles] == [("pod shop/old", True)]
    assert not of_bank.ready and "istio-injection=enabled" in of_bank.obstacles[0].fix
    assert found(pod("dns", "10.0.0.4", namespace="kube-system", injected=False)).ready


def test_a_rule_that_has_clients_begin_something_else_breaks_where_its_host_is():
    plain = istio(
        "DestinationRule", "plain", "{host: '*.bank.svc.cluster.local', trafficPolicy: {tls: {mode: DISABLE}}}"
    )
    assert [one.who for one in found(plain, namespace="bank").obstacles] == ["DestinationRule shop/plain"]
    assert found(plain, namespace="shop").ready
    ports = "portLevelSettings: [{port: {number: 80}, tls: {mode: SIMPLE}}]"
    assert not found(
        istio("DestinationRule", "p", f"{{host: web, trafficPolicy: {{{ports}}}}}", namespace="bank")
    ).ready
    mutual = istio("DestinationRule", "m", "{host: web, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}", namespace="bank")
    assert found(mutual).ready


def test_what_counts_now_is_told_with_its_policy():
    policy = istio("PeerAuthentication", "all", "{mtls: {mode: DISABLE}}", namespace="istio-system")
    assert (found(policy).policy, found(policy).mode) == ("istio-system/all", "DISABLE")
    assert (found(policy, namespace="bank").policy, found().policy) == ("istio-system/all", "")


def peer(name: str, spec: str) -> dict:
    return istio("PeerAuthentication", name, spec, namespace="bank")


def test_workloads_that_a_narrower_policy_opens_stay_open_and_are_told():
    of_port = peer(
        "port", "{selector: {matchLabels: {app: web}}, mtls: {mode: STRICT}, portLevelMtls: {81: {mode: DISABLE}}}"
    )
    of_place, of_others = (
        peer("all", "{mtls: {mode: PERMISSIVE}}"),
        peer("no", "{selector: {matchLabels: {app: other}}}"),
    )
    web = pod("web", "10.0.0.1", {"app": "web"}, namespace="bank")
    told = found(web, of_port, of_others, namespace="bank")
    assert (told.enforced, [(one.who, one.breaks) for one in told.obstacles]) == (
        0,
        [("PeerAuthentication bank/port", False)],
    )
    assert found(of_place, namespace="bank").enforced == 1, "it is what would be changed"
    whole = found(of_place)
    assert (whole.enforced, [one.who for one in whole.obstacles]) == (1, ["PeerAuthentication bank/all"])


def test_the_whole_mesh_is_the_root_namespace_of_its_settings():
    assert found().namespace == "istio-system" and found().whole_mesh
    assert found(mesh_config("rootNamespace: config")).namespace == "config"

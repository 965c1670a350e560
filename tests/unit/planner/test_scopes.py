from worlds import World, istio, pod, service

from lateen.base.refs import Key
from lateen.planner.scope import COMMON, Scope


def scopes(world: World, name: str, namespace: str = "shop") -> tuple[Scope, ...]:
    return world.plans.scopes.get(Key(namespace, name)) or ()


def sidecar(name: str = "") -> Scope:
    return Scope("sidecar", "shop", name)


def inbound(name: str = "") -> Scope:
    return Scope("inbound", "shop", name)


def test_a_sidecar_shares_what_rules_do_not_tell_apart():
    world = World()
    world.put(pod("web-1", labels={"version": "v1"}), pod("api-1"))
    assert scopes(world, "web-1") == scopes(world, "api-1") == (COMMON, sidecar(), inbound())


def test_replicas_and_versions_share_their_inbound_side():
    world = World()
    world.put(
        service("web"), pod("web-1", labels={"version": "v1"}), pod("web-2", labels={"version": "v2"}), pod("api-1")
    )
    assert scopes(world, "web-1")[2] == scopes(world, "web-2")[2] == inbound("app=web")
    assert scopes(world, "api-1")[2] == inbound("app=api")


def test_a_rule_for_one_version_tells_versions_apart():
    world = World()
    world.put(service("web"), pod("web-1", labels={"version": "v1"}))
    world.put(istio("PeerAuthentication", "one", "{selector: {matchLabels: {version: v1}}}"))
    assert scopes(world, "web-1")[2] == inbound("app=web,version=v1")
    world.delete("PeerAuthentication", "one")
    assert scopes(world, "web-1")[2] == inbound("app=web")


def test_rules_of_other_namespaces_tell_nothing_apart():
    world = World()
    world.put(pod("web-1"), service("web", namespace="bank"))
    assert scopes(world, "web-1")[2] == inbound()


def test_named_target_ports_are_read():
    world = World()
    world.put(
        service("web", [{"name": "http", "port": 80, "targetPort": "main"}]),
        pod("web-1", ports=[{"name": "main", "containerPort": 8080}, {"name": "debug", "containerPort": 9}]),
    )
    assert scopes(world, "web-1")[2] == inbound("app=web,:main=8080")


def test_source_labels_tell_clients_apart():
    world = World()
    rules = "{hosts: [web], http: [{match: [{sourceLabels: {app: web}}], route: [{destination: {host: a.x}}]}]}"
    world.put(pod("web-1"), pod("api-1"), istio("VirtualService", "r", rules))
    assert scopes(world, "web-1")[1] == sidecar("app=web")
    assert scopes(world, "api-1")[1] == sidecar("app=api")


def test_rules_for_some_clients_tell_them_apart_in_their_namespace():
    world = World()
    rule = "{host: web, workloadSelector: {matchLabels: {app: web}}}"
    world.put(pod("web-1"), pod("web-1", namespace="bank"), istio("DestinationRule", "r", rule))
    assert scopes(world, "web-1")[1] == sidecar("app=web")
    assert scopes(world, "web-1", "bank")[1] == Scope("sidecar", "bank")


def test_a_pod_without_a_proxy_has_no_scopes():
    world = World()
    world.put(pod("web-1", injected=False))
    assert scopes(world, "web-1") == ()
    assert world.plans.scopes_of(world.plans.workload_at("shop", "web-1")) == ()


def test_a_gateway_is_told_by_what_gateways_and_services_select():
    world = World()
    world.put(
        pod(
            "edge-1",
            labels={"istio": "edge", "pod-template-hash": "x"},
            annotations={"inject.istio.io/templates": "gateway"},
        ),
        istio(
            "Gateway",
            "g",
            "{selector: {istio: edge}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]}",
        ),
    )
    assert scopes(world, "edge-1") == (Scope("gateway", "shop", "istio=edge"),)


def test_one_pods_change_concerns_that_pod_alone():
    world = World()
    world.put(service("web"), pod("web-1", "10.1.0.1"), pod("web-2", "10.1.0.2"))
    world.put(pod("web-2", "10.1.0.9"))
    assert world.ran()["scopes"] == [Key("shop", "web-2")]
    assert world.changed("scopes") == []


def test_an_address_written_into_a_service_is_told_apart_and_a_machine_is_too():
    world = World()
    world.put(pod("web-1", "10.1.0.1"), istio("WorkloadEntry", "vm", "{address: 192.0.2.1, ports: {http: 8080}}"))
    assert scopes(world, "web-1")[-1] == Scope("inbound", "shop")
    assert scopes(world, "vm")[-1] == Scope("inbound", "shop", "~http=8080,~")
    spec = """{hosts: [a.x], resolution: STATIC, endpoints: [{address: 10.1.0.1}],
      ports: [{number: 80, name: http, protocol: HTTP}]}"""
    world.put(istio("ServiceEntry", "e", spec))
    assert scopes(world, "web-1")[-1] == Scope("inbound", "shop", "@10.1.0.1")
    assert scopes(world, "web-1")[1] == sidecar()

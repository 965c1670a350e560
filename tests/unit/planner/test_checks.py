from typing import Any

from worlds import World, istio, mesh_config, pod, service

from lateen.plan.authorization import NO_CHECKS, Consultation, Stage
from lateen.plan.listener import HttpProxy, Listener, TcpProxy
from lateen.planner.scope import Scope

EDGE = pod("edge-1", "10.1.0.1", {"gateway.networking.k8s.io/gateway-name": "edge"}, annotations={"inject.istio.io/templates": "gateway"})  # fmt: skip
GATEWAY = istio(
    "Gateway", "edge", "{selector: {app: edge}, servers: [{port: {number: 80, name: h, protocol: HTTP}, hosts: ['*']}]}"
)
WEB = [service("web", [{"name": "http", "port": 80}, {"name": "tcp", "port": 90}]), pod("web-1", "10.1.0.2")]
ALLOW = "{selector: {matchLabels: {app: web}}, rules: [{to: [{operation: {methods: [GET]}}]}]}"


def scopes(world: World, name: str) -> tuple[Scope, ...]:
    workload = world.plans.workload_at("shop", name)
    assert workload is not None
    return world.plans.scopes_of(workload)


def listener(world: World, pod_name: str, name: str) -> Listener:
    scope = next(one for one in scopes(world, pod_name) if one.kind in ("inbound", "gateway"))
    world.want(scope)
    found = world.listener(name, scope)
    assert found is not None
    return found


def checks(found: Listener) -> set[Any]:
    return {(type(chain.proxy), chain.proxy.checks) for chain in found.chains}


def test_every_chain_of_a_workload_is_checked_by_what_it_carries() -> None:
    world = World()
    world.put(*WEB, istio("AuthorizationPolicy", "get", ALLOW))
    found = dict(checks(listener(world, "web-1", "virtualInbound")))
    assert [(one.action, len(one.rules)) for one in found[HttpProxy].stages] == [("ALLOW", 1)]
    assert [(one.action, len(one.rules)) for one in found[TcpProxy].stages] == [("ALLOW", 0)]


def test_what_a_workload_sends_is_not_checked_and_nor_are_other_workloads() -> None:
    world = World(Scope("sidecar", "shop"))
    world.put(*WEB, pod("db-1", "10.1.0.3"), istio("AuthorizationPolicy", "get", ALLOW))
    assert {one for _, one in checks(listener(world, "db-1", "virtualInbound"))} == {NO_CHECKS}
    outbound = world.listener("virtualOutbound", Scope("sidecar", "shop"))
    assert outbound is not None
    assert {one for _, one in checks(outbound)} == {NO_CHECKS}


def test_labels_that_no_policy_reads_tell_nobody_apart() -> None:
    world = World()
    world.put(*WEB, pod("web-2", "10.1.0.4", {"version": "v2"}))
    assert scopes(world, "web-1") == scopes(world, "web-2")
    world.put(istio("AuthorizationPolicy", "v2", "{selector: {matchLabels: {version: v2}}}"))
    assert scopes(world, "web-1") != scopes(world, "web-2")


def test_a_gateway_obeys_what_is_attached_to_it_and_what_its_namespace_says() -> None:
    world = World()
    attached = (
        "{targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}], action: DENY, rules: [{}]}"
    )
    world.put(EDGE, GATEWAY, istio("AuthorizationPolicy", "edge", attached), istio("AuthorizationPolicy", "all", "{}"))
    ((_, found),) = checks(listener(world, "edge-1", "0.0.0.0_80"))
    assert [one.action for one in found.stages] == ["DENY", "ALLOW"]


PROVIDER = """
extensionProviders:
- name: ask
  envoyExtAuthzGrpc: {service: ask.shop.svc.cluster.local, port: 90}
"""
CUSTOM = "{action: CUSTOM, provider: {name: ask}, rules: [{}]}"


def test_a_provider_is_asked_at_the_upstream_of_its_service_once_there_is_one() -> None:
    world = World()
    world.put(*WEB, mesh_config(PROVIDER), istio("AuthorizationPolicy", "ask", CUSTOM))
    (closed,) = {one.custom[0] for _, one in checks(listener(world, "web-1", "virtualInbound"))}
    assert isinstance(closed, Stage)
    world.put(service("ask", [{"name": "grpc", "port": 90}]))
    (asked,) = {one.custom[0] for _, one in checks(listener(world, "web-1", "virtualInbound"))}
    assert isinstance(asked, Consultation)
    assert asked.provider.upstream == "outbound|90||ask.shop.svc.cluster.local"


def test_paths_are_normalized_as_the_mesh_says_on_all_listeners() -> None:
    world = World(Scope("sidecar", "shop"))
    world.put(*WEB, mesh_config("pathNormalization: {normalization: MERGE_SLASHES}"))
    for found in (listener(world, "web-1", "virtualInbound"), world.listener("0.0.0.0_80", Scope("sidecar", "shop"))):
        assert found is not None
        said = {chain.proxy.path_normalization for chain in found.chains if isinstance(chain.proxy, HttpProxy)}
        assert said == {"MERGE_SLASHES"}


def test_identities_of_aliases_of_the_trust_domain_are_the_meshs() -> None:
    world = World()
    world.put(*WEB, mesh_config("trustDomainAliases: [old.td]"))
    found = {chain.tls.aliases for chain in listener(world, "web-1", "virtualInbound").chains if chain.tls}
    assert found == {("old.td",)}


LIMITS = """
meshMTLS: {minProtocolVersion: TLSV1_3, cipherSuites: [AES128-GCM-SHA256]}
tlsDefaults: {cipherSuites: [AES256-GCM-SHA384], ecdhCurves: [P-384]}
"""


def test_the_meshs_own_tls_is_limited_by_one_setting_and_any_other_by_the_other() -> None:
    own = "{port: {number: 443, name: s, protocol: HTTPS}, hosts: ['*'], tls: {mode: SIMPLE, credentialName: c}}"
    mutual = "{port: {number: 444, name: m, protocol: HTTPS}, hosts: ['*'], tls: {mode: ISTIO_MUTUAL}}"
    gateway = istio("Gateway", "edge", f"{{selector: {{app: edge}}, servers: [{own}, {mutual}]}}")
    world = World()
    world.put(*WEB, EDGE | {"metadata": {**EDGE["metadata"], "labels": {"app": "edge"}}}, gateway, mesh_config(LIMITS))
    (inbound,) = {chain.tls for chain in listener(world, "web-1", "virtualInbound").chains if chain.tls}
    assert (inbound.min_version, inbound.ciphers, inbound.curves) == ("TLSV1_3", ("AES128-GCM-SHA256",), ())
    (edge,) = {chain.tls for chain in listener(world, "edge-1", "0.0.0.0_443").chains}
    assert (edge.min_version, edge.ciphers, edge.curves) == ("TLSV1_2", ("AES256-GCM-SHA384",), ("P-384",))
    (mesh,) = {chain.tls for chain in listener(world, "edge-1", "0.0.0.0_444").chains}
    assert (mesh.min_version, mesh.ciphers) == ("TLSV1_3", ("AES128-GCM-SHA256",))

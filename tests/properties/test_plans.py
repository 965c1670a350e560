"""Whatever is put and deleted in whatever order: plans equal those made from scratch, and Envoy can take them."""

import contextlib
import sys
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from worlds import SHOP, World, gateway_api, istio, mesh_config, pod, service, slices

from lateen.base.errors import Invalid
from lateen.kinds.all import find
from lateen.plan.listener import Listener
from lateen.plan.route import RouteConfig
from lateen.planner.modules import places
from lateen.planner.scope import COMMON, Scope
from lateen.registry.place import REGION

EDGE = Scope("gateway", "shop", "app=edge")
SCOPES = (
    COMMON,
    SHOP,
    Scope("sidecar", "bank"),
    Scope("sidecar", "shop", dns="off"),
    Scope("sidecar", "shop", dns="46"),
    Scope("inbound", "shop", "app=web"),
    Scope("inbound", "shop", "app=web,@10.1.0.1"),
    Scope("inbound", "shop", "app=web,~p80=8080,~"),
    Scope("sidecar", "shop", "", "s"),
    Scope("sidecar", "bank", "topology.kubernetes.io/region=r,topology.kubernetes.io/zone=z"),
    Scope("inbound", "shop", "app=web", "s"),
    EDGE,
)

CREATED = st.sampled_from(["", "2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"])
NAMES = st.sampled_from(["web", "api", "a-b", "default"])
NAMESPACES = st.sampled_from(["shop", "bank"])
RULE_HOSTS = ["web", "api.shop", "web.shop.svc.cluster.local", "*.cluster.local", "*", "a.x", "A.X", "*.x", "default"]
ENTRY_HOSTS = ["a.x", "A.x", "*.x", "api.shop", "web.shop.svc.cluster.local"]
BEHIND = [
    "",
    ", workloadSelector: {labels: {app: web}}",
    ", endpoints: [{address: 10.1.0.1, labels: {version: v1}}, {address: 192.0.2.1, ports: {p80: 8080}, locality: r/z}]",
]
GIVEN = [(), ("240.240.0.1", "2001:2::1"), ("240.240.0.2", "2001:2::2")]
PORTS = st.sampled_from([("http", 80), ("http", 81), ("", 80), ("tcp", 80), ("tls", 443), ("grpc", 81), ("", 82)])


EXPORTS = st.sampled_from(["", "", ", exportTo: ['.']", ", exportTo: [bank]", ", exportTo: ['*']"])
IMPORTS = ["./*", "'*/*'", "bank/*", "'*/*.cluster.local'", "'*/a.x'", "~/*", "~bank/*", "'*/*.x'"]
BOUND = st.sampled_from(["", ", captureMode: NONE", ", bind: 127.0.0.1"])
SHARES = "{distribute: [{from: r/*, to: {r/z: 100}}]}"
POLICIES = [
    "",
    ", trafficPolicy: {connectionPool: {tcp: {maxConnections: 7, idleTimeout: 7s}}}",
    ", trafficPolicy: {outlierDetection: {consecutive5xxErrors: 7}}",
    f", trafficPolicy: {{loadBalancer: {{localityLbSetting: {SHARES}}}}}",
    ", trafficPolicy: {tunnel: {targetHost: a.x, targetPort: 7}, tls: {mode: SIMPLE, credentialName: c}}",
]
PARENTS = [
    "{group: '', kind: Service, name: web, namespace: shop}",
    "{group: '', kind: Service, name: api, sectionName: http-80}",
    "{group: '', kind: Service, name: web, port: 81}",
    "{group: networking.istio.io, kind: ServiceEntry, name: e}",
    "{name: web, namespace: shop}",
    "{name: web, sectionName: b}",
]
LISTENERS = [
    "{name: a, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}",
    "{name: b, port: 81, protocol: HTTP, hostname: a.x}",
    "{name: b, port: 80, protocol: HTTP, hostname: a.x}",
    "{name: c, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: c}]}}",
]
ROUTED = [
    ("HTTPRoute", ""),
    ("HTTPRoute", "matches: [{path: {value: /a}}, {path: {type: Exact, value: /b}, method: GET}], "),
    ("GRPCRoute", "matches: [{method: {service: a.B}}], "),
]
SIDECARS = [
    ("s", "shop", ", workloadSelector: {labels: {app: web}}"),
    ("default", "shop", ""),
    ("other", "shop", ""),
    ("default", "istio-system", ""),
]


@st.composite
def services(draw: st.DrawFn) -> dict[str, Any]:
    ports = draw(st.lists(PORTS, min_size=1, max_size=3, unique_by=lambda port: port[1]))
    found = [{"name": f"{name}-{number}" if name else f"p{number}", "port": number} for name, number in ports]
    address = draw(st.sampled_from(["10.0.0.1", "10.0.0.2", "None"]))
    exported = draw(st.sampled_from(["", ".", "bank", "~"]))
    annotations = {"networking.istio.io/exportTo": exported} if exported else {}
    return service(draw(NAMES), found, namespace=draw(NAMESPACES), address=address, annotations=annotations)


@st.composite
def entries(draw: st.DrawFn) -> dict[str, Any]:
    ports = draw(st.lists(PORTS, min_size=1, max_size=2, unique_by=lambda port: port[1]))
    said = ", ".join(f"{{number: {number}, name: p{number}, protocol: {name or 'TCP'}}}" for name, number in ports)
    address = draw(st.sampled_from(["", "10.0.0.1", "10.0.0.0/24", "10.0.0.9/24", "192.0.2.1/32"]))
    resolution = draw(st.sampled_from(["STATIC", "NONE", "DNS", "DYNAMIC_DNS"]))
    host = draw(st.sampled_from(ENTRY_HOSTS))
    behind = draw(st.sampled_from(BEHIND))
    where = f"location: MESH_INTERNAL, resolution: {resolution}, addresses: [{address}]"
    spec = f"{{hosts: ['{host}'], ports: [{said}], {where}{behind}{draw(EXPORTS)}}}"
    name = draw(st.sampled_from(["e", "f"]))
    given = [{"host": host, "value": value} for value in draw(st.sampled_from(GIVEN))]
    made = istio("ServiceEntry", name, spec, namespace=draw(NAMESPACES), created=draw(CREATED))
    return made | {"status": {"addresses": given}}


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    hosts = draw(st.lists(st.sampled_from(RULE_HOSTS), min_size=1, max_size=2, unique_by=str.lower))
    gateways = draw(st.sampled_from(["[mesh]", "[shop/g]", "[mesh, shop/g]"]))
    match = draw(st.sampled_from(["", "match: [{port: 80}], ", "match: [{uri: {prefix: /a}}], "]))
    said = ", ".join(f"'{host}'" for host in hosts)
    http = f"http: [{{{match}route: [{{destination: {{host: web}}}}]}}]"
    spec = f"{{hosts: [{said}], gateways: {gateways}, {http}{draw(EXPORTS)}}}"
    name = draw(st.sampled_from(["r", "s", "t"]))
    made = istio("VirtualService", name, spec, namespace=draw(NAMESPACES), created=draw(CREATED))
    made["metadata"]["annotations"] = draw(st.sampled_from([{}, {"lateen.dev/merge": "true"}]))
    return made


@st.composite
def delegations(draw: st.DrawFn) -> dict[str, Any]:
    """A rule that delegates, or a delegate."""
    match = draw(st.sampled_from(["", "match: [{uri: {prefix: /a}}], ", "match: [{uri: {exact: /a/b}, port: 80}], "]))
    if draw(st.booleans()):
        to = f"{{name: {draw(st.sampled_from(['x', 'r']))}, namespace: {draw(NAMESPACES)}}}"
        spec = f"{{hosts: [{draw(st.sampled_from(['web', 'a.x']))}], http: [{{{match}delegate: {to}}}]{draw(EXPORTS)}}}"
        return istio("VirtualService", draw(st.sampled_from(["r", "root"])), spec, namespace=draw(NAMESPACES))
    spec = f"{{http: [{{{match}route: [{{destination: {{host: api}}}}]}}]{draw(EXPORTS)}}}"
    return istio("VirtualService", "x", spec, namespace=draw(NAMESPACES))


@st.composite
def destinations(draw: st.DrawFn) -> dict[str, Any]:
    host = draw(st.sampled_from(["web", "web.shop.svc.cluster.local", "*.cluster.local", "a.x", "*.x"]))
    said = draw(st.sampled_from(POLICIES))
    subset = draw(st.sampled_from(["", ", subsets: [{name: v1, labels: {version: v1}}]", ", subsets: [{name: v2}]"]))
    chosen = draw(st.sampled_from(["", "", ", workloadSelector: {matchLabels: {app: web}}"]))
    name = draw(st.sampled_from(["d", "e", "f"]))
    namespace = draw(st.sampled_from(["shop", "bank", "istio-system"]))
    spec = f"{{host: '{host}'{said}{subset}{chosen}{draw(EXPORTS)}}}"
    return istio("DestinationRule", name, spec, namespace=namespace, created=draw(CREATED))


@st.composite
def sidecars(draw: st.DrawFn) -> dict[str, Any]:
    hosts = st.lists(st.sampled_from(IMPORTS), min_size=1, max_size=2, unique=True).map(", ".join)
    listeners = [f"{{port: {{number: 80, protocol: HTTP}}, hosts: [{draw(hosts)}]{draw(BOUND)}}}"]
    listeners.append(f"{{port: {{protocol: HTTP}}, bind: 'unix:///run/s', hosts: [{draw(hosts)}]}}")
    listeners.append(f"{{hosts: [{draw(hosts)}]{draw(BOUND)}}}")
    kept = [listener for listener in listeners if draw(st.booleans())]
    egress = f"egress: [{', '.join(kept)}]" if kept else "egress: []"
    policy = draw(st.sampled_from(["", ", outboundTrafficPolicy: {mode: ALLOW_ANY, egressProxy: {host: api}}"]))
    ingress = draw(
        st.sampled_from(["", ", ingress: [{port: {number: 80, protocol: HTTP}, defaultEndpoint: '0.0.0.0:1'}]"])
    )
    name, namespace, selector = draw(st.sampled_from(SIDECARS))
    spec = f"{{{egress}{policy}{ingress}{selector}, inboundConnectionPool: {{tcp: {{maxConnections: 9}}}}}}"
    return istio("Sidecar", name, spec, namespace=namespace, created=draw(CREATED))


@st.composite
def others(draw: st.DrawFn) -> dict[str, Any]:
    mode = draw(st.sampled_from(["STRICT", "PERMISSIVE", "DISABLE", "UNSET"]))
    hosts = draw(st.sampled_from(["'*'", "a.x", "'*.x', a.x"]))
    protocol, tls = draw(st.sampled_from([("HTTP", ""), ("HTTPS", ", tls: {mode: SIMPLE, credentialName: c}")]))
    server = f"{{port: {{number: 80, name: p, protocol: {protocol}}}, hosts: [{hosts}]{tls}}}"
    policy = draw(st.sampled_from(["REGISTRY_ONLY", "ALLOW_ANY"]))
    version = draw(st.sampled_from(["v1", "v2"]))
    choices = [
        istio("PeerAuthentication", "p", f"{{mtls: {{mode: {mode}}}}}"),
        istio("PeerAuthentication", "q", f"{{selector: {{matchLabels: {{app: web}}}}, mtls: {{mode: {mode}}}}}"),
        istio("Gateway", "g", f"{{selector: {{app: edge}}, servers: [{server}]}}"),
        mesh_config(f"outboundTrafficPolicy: {{mode: {policy}}}"),
        mesh_config(f"trustDomainAliases: [td]\npathNormalization: {{normalization: MERGE_SLASHES}}\n{ASKED}"),
        on_node(pod("web-1", "10.1.0.1", {"version": version})),
        slices("web", {"web-1": "10.1.0.1"}, {"http-80": 80}),
        {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n", "labels": {REGION: draw(NAMES)}}},
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "c", "namespace": "shop"},
            "data": {"cacert": "YQ=="},
        },
    ]
    return draw(st.sampled_from(choices))


def on_node(raw: dict[str, Any]) -> dict[str, Any]:
    raw["spec"]["nodeName"] = "n"
    return raw


@st.composite
def machines(draw: st.DrawFn) -> dict[str, Any]:
    address = draw(st.sampled_from(["10.1.0.1", "192.0.2.2", "vm.x"]))
    said = draw(st.sampled_from(["", ", ports: {p80: 8080}", ", serviceAccount: vm", ", locality: r/z, weight: 2"]))
    label = draw(st.sampled_from(["app: web", "app: api", "app: edge"]))
    name = draw(st.sampled_from(["vm", "web-1"]))
    raw = istio("WorkloadEntry", name, f"{{address: {address}, labels: {{{label}}}{said}}}", namespace=draw(NAMESPACES))
    healthy = draw(st.sampled_from(["True", "False"]))
    return raw | {"status": {"conditions": [{"type": "Healthy", "status": healthy}]}}


@st.composite
def extensions(draw: st.DrawFn) -> dict[str, Any]:
    selector = draw(
        st.sampled_from(["", ", selector: {matchLabels: {app: web}}", ", selector: {matchLabels: {v: v1}}"])
    )
    match = draw(st.sampled_from(["", ", match: [{mode: CLIENT}]", ", match: [{mode: SERVER, ports: [{number: 80}]}]"]))
    phase, priority = draw(st.sampled_from(["AUTHN", "UNSPECIFIED"])), draw(st.integers(0, 2))
    kind = draw(st.sampled_from(["TrafficExtension", "WasmPlugin"]))
    modules = [
        "url: a.x/m",
        "url: 'https://a.x/m', type: NETWORK, failStrategy: FAIL_OPEN",
        "url: 'file:///m', pluginConfig: {a: 1}",
    ]
    if kind == "WasmPlugin":
        content = draw(st.sampled_from(modules))
        phase = "UNSPECIFIED_PHASE" if phase == "UNSPECIFIED" else phase
    else:
        content = draw(st.sampled_from(["lua: {inlineCode: a}", *(f"wasm: {{{each}}}" for each in modules)]))
    spec = f"{{{content}, phase: {phase}, priority: {priority}{selector}{match}}}"
    namespace = draw(st.sampled_from(["shop", "bank", "istio-system"]))
    return istio(kind, draw(st.sampled_from(["x", "y"])), spec, namespace=namespace)


WHOM = [
    "",
    ", selector: {matchLabels: {app: web}}",
    ", selector: {matchLabels: {app: web, v: v1}}",
    ", targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: web}]",
]


@st.composite
def authorizations(draw: st.DrawFn) -> dict[str, Any]:
    action = draw(st.sampled_from(["ALLOW", "DENY", "AUDIT", "CUSTOM, provider: {name: ask}"]))
    rules = draw(
        st.sampled_from(
            ["", "{to: [{operation: {methods: [GET]}}]}", "{from: [{source: {ipBlocks: [10.0.0.0/8]}}]}, {}"]
        )
    )
    spec = f"{{action: {action}, rules: [{rules}]{draw(st.sampled_from(WHOM))}}}"
    namespace = draw(st.sampled_from(["shop", "bank", "istio-system"]))
    made = istio("AuthorizationPolicy", draw(st.sampled_from(["x", "y", "z"])), spec, namespace=namespace)
    if draw(st.booleans()):
        made["metadata"]["annotations"] = {"istio.io/dry-run": "true"}
    return made


KEYS = [
    'issuer: a, jwks: \'{"keys": [{"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0"}]}\'',
    "issuer: b, jwksUri: 'http://web.shop:80/keys'",
    "issuer: c, jwksUri: 'https://a.x/keys'",
]


@st.composite
def authentications(draw: st.DrawFn) -> dict[str, Any]:
    rules = ", ".join(f"{{{rule}}}" for rule in draw(st.lists(st.sampled_from(KEYS), max_size=2)))
    spec = f"{{jwtRules: [{rules}]{draw(st.sampled_from(WHOM))}}}"
    namespace = draw(st.sampled_from(["shop", "bank", "istio-system"]))
    return istio("RequestAuthentication", draw(st.sampled_from(["x", "y"])), spec, namespace=namespace)


ASKED = "extensionProviders: [{name: ask, envoyExtAuthzGrpc: {service: web.shop.svc.cluster.local, port: 80}}]"


@st.composite
def edges(draw: st.DrawFn) -> dict[str, Any]:
    """A Gateway of the API, that one of the services leads to, or a grant."""
    namespace = draw(NAMESPACES)
    if draw(st.booleans()):
        referrers = f"[{{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: {draw(NAMESPACES)}}}]"
        return gateway_api(
            "ReferenceGrant", "g", f"{{from: {referrers}, to: [{{group: '', kind: Service}}]}}", namespace=namespace
        )
    listeners = draw(st.lists(st.sampled_from(LISTENERS), min_size=1, max_size=3, unique_by=lambda one: one[:8]))
    address = f"addresses: [{{type: Hostname, value: {draw(NAMES)}}}]"
    name = draw(st.sampled_from(["istio", "other"]))
    spec = f"{{gatewayClassName: {name}, {address}, listeners: [{', '.join(listeners)}]}}"
    return gateway_api("Gateway", "web", spec, namespace=namespace, created=draw(CREATED))


@st.composite
def routes(draw: st.DrawFn) -> dict[str, Any]:
    parents = draw(st.lists(st.sampled_from(PARENTS), min_size=1, max_size=2, unique=True))
    kind, matches = draw(st.sampled_from(ROUTED))
    backends = draw(st.sampled_from(["", "backendRefs: [{name: api, port: 80}, {name: web, port: 81, kind: X}]"]))
    backends = backends.replace("name: api", f"name: api, namespace: {draw(NAMESPACES)}")
    hosts = draw(st.sampled_from(["", ", hostnames: [a.x]", ", hostnames: ['*.x']"]))
    spec = f"{{parentRefs: [{', '.join(parents)}]{hosts}, rules: [{{{matches}{backends}}}]}}"
    name = draw(st.sampled_from(["r", "s"]))
    return gateway_api(kind, name, spec, namespace=draw(NAMESPACES), created=draw(CREATED))


OBJECTS = st.one_of(
    *(services(), entries(), machines(), rules(), delegations(), destinations(), sidecars(), extensions()),
    *(authorizations(), authentications(), routes(), edges(), others()),
)
STEPS = st.lists(st.tuples(OBJECTS, st.booleans()), min_size=1, max_size=25)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_any_history_leads_to_plans_as_from_scratch_that_envoy_can_take(
    steps: list[tuple[dict[str, Any], bool]],
) -> None:
    world = World(*SCOPES)
    present: dict[tuple[str, str, str], dict[str, Any]] = {}
    for raw, stays in steps:
        world.fetch()
        if not stays:
            world.delete(*name_of(raw))
            present.pop(name_of(raw), None)
            continue
        # What is refused leaves the last accepted version in force.
        with contextlib.suppress(Invalid):
            world.put(raw)
            present[name_of(raw)] = raw
    fresh = World(*SCOPES)
    fresh.put(*present.values())
    world.fetch()
    fresh.fetch()
    assert plans(world) == plans(fresh)
    for table in dict(world.plans.routes.items()).values():
        assert_unique(table)
    for listener in dict(world.plans.listeners.items()).values():
        assert_distinct(listener)
    for (scope, _), listener in dict(world.plans.listeners.items()).items():
        assert all((scope, place.name) in world.plans.modules for place in places(listener))
    for key, upstream in world.plans.upstreams.items():
        assert (upstream.discovery == "EDS") == (key in world.plans.assignments)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(OBJECTS, max_size=25))
def test_a_sidecar_shows_a_part_of_what_there_is_without_it(objects: list[dict[str, Any]]) -> None:
    narrowed, whole = World(*SCOPES), World(*SCOPES)
    for raw in objects:
        with contextlib.suppress(Invalid):
            narrowed.put(raw)
            whole.put(*(() if raw["kind"] == "Sidecar" else (raw,)))
    for scope in SCOPES:
        shown, there = (hosts_of(world, scope) for world in (narrowed, whole))
        assert shown <= there


def hosts_of(world: World, scope: Scope) -> set[str]:
    """The hosts that a scope has upstreams of; which of a host's declarations is meant, a Sidecar may change."""
    return {name.split("|")[3] for name in world.names("upstreams", scope) if name.startswith("outbound|")}


def plans(world: World) -> dict[str, dict[Any, Any]]:
    found = world.plans
    tables = (found.upstreams, found.assignments, found.listeners, found.routes)
    security = (found.requests.wanted, found.requests.remarks)
    collections = (*tables, *security, found.names, found.secrets, found.modules, found.scopes, found.remarks)
    collections = (*collections, found.gateway_api.statuses)
    return {collection.name: dict(collection.items()) for collection in collections}


def name_of(raw: dict[str, Any]) -> tuple[str, str, str]:
    meta = raw["metadata"]
    kind = find(raw["apiVersion"], raw["kind"])
    assert kind is not None
    return kind.name, meta["name"], meta.get("namespace", "")


def assert_unique(table: RouteConfig) -> None:
    """No domain and no name stands twice in a table."""
    domains = [domain.lower() for host in table.virtual_hosts for domain in host.domains]
    names = [host.name for host in table.virtual_hosts]
    assert len(set(domains)) == len(domains) and len(set(names)) == len(names), table.name


def assert_distinct(listener: Listener) -> None:
    """No connection is matched by two chains in the same way."""
    matches = [
        (chain.match.port, prefix, name, chain.match.transport, alpn)
        for chain in listener.chains
        for prefix in chain.match.prefixes or ("",)
        for name in chain.match.server_names or ("",)
        for alpn in chain.match.alpn or ("",)
    ]
    assert len(set(matches)) == len(matches), listener.name

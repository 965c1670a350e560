"""Strategies for small meshes and for calls in them, of few words, so that rules and calls often meet."""

from typing import Any

from hypothesis import strategies as st
from worlds import mesh_config, pod, service, slices

from lateen.simulate.call import Call

Raw = dict[str, Any]
VIPS = {"reviews": "10.96.0.10", "ratings": "10.96.0.11"}
OUTSIDE = "10.8.0.1"
PODS = {"client": "10.1.0.9", "reviews-1": "10.1.0.3", "reviews-2": "10.1.0.4", "ratings-1": "10.1.0.5"}
GATEWAY = "10.1.0.1"
HOSTS = ["reviews", "reviews.shop", "reviews:80", "REVIEWS", "ratings", "ratings:81", "a.example.com", "unknown"]
PATHS = ["/", "/a", "/a/", "/a/b", "/ab", "/A", "/a?x=1", "/a?x=2&y", "/b", "/b/../a", "/c//d"]
HEADERS: list[Raw] = [{}, {"x-a": "1"}, {"x-a": "12"}, {"x-b": ""}, {"X-A": "1", "x-b": "2"}]

TEXTS = st.one_of(
    *(st.sampled_from([{kind: text} for text in texts]) for kind, texts in
      {"exact": ["/a", "/a/b", "/"], "prefix": ["/", "/a", "/a/", "/A"], "regex": ["/a.*", "/[ab]", ".*"]}.items())
)  # fmt: skip
VALUES = st.sampled_from([{"exact": "1"}, {"prefix": "1"}, {"regex": "1.?"}, {}])
METHODS = st.sampled_from([{"exact": "GET"}, {"regex": "P.*"}, {"prefix": "P"}])
AUTHORITIES = st.sampled_from([{"exact": "reviews"}, {"prefix": "rev"}, {"regex": ".*\\.shop"}])
SUBSETS = st.sampled_from(["v1", "v2", "v9", ""])


def _some(options: dict[str, st.SearchStrategy[Any]], most: int) -> st.SearchStrategy[Raw]:
    chosen = st.lists(st.sampled_from(sorted(options)), max_size=most, unique=True)
    return chosen.flatmap(lambda names: st.fixed_dictionaries({name: options[name] for name in names}))


MATCHES = _some(
    {
        "uri": TEXTS,
        "headers": st.fixed_dictionaries({"x-a": VALUES}),
        "withoutHeaders": st.fixed_dictionaries({"x-b": VALUES}),
        "queryParams": st.fixed_dictionaries(
            {"x": st.sampled_from([{"exact": "1"}, {"regex": "[12]"}, {"prefix": "1"}])}
        ),
        "method": METHODS,
        "authority": AUTHORITIES,
        "ignoreUriCase": st.booleans(),
        "port": st.sampled_from([80, 81]),
        "sourceLabels": st.sampled_from([{"app": "client"}, {"app": "reviews"}]),
    },
    3,
)


@st.composite
def destinations(draw: st.DrawFn) -> list[Raw]:
    host = draw(st.sampled_from(["reviews", "ratings", "a.example.com"]))
    names = draw(st.lists(SUBSETS, min_size=1, max_size=2, unique=True))
    targets = [{"host": host, "port": {"number": 80}, **({"subset": name} if name else {})} for name in names]
    weights = [100] if len(targets) == 1 else draw(st.sampled_from([[50, 50], [0, 100]]))
    return [{"destination": target, "weight": weight} for target, weight in zip(targets, weights, strict=True)]


ABORT = {"abort": {"httpStatus": 418, "percentage": {"value": 100}}}
ACTIONS = st.one_of(
    st.fixed_dictionaries({"route": destinations()}),
    st.fixed_dictionaries(
        {"route": destinations()},
        optional={
            "rewrite": st.sampled_from([{"uri": "/z"}, {"uri": "/"}, {"authority": "other"}, {"uri": "/z", "authority": "o"},
                                        {"uriRegexRewrite": {"match": "/(.)", "rewrite": r"/\1\1"}}]),
            "fault": st.just(ABORT),
        },
    ),
    st.fixed_dictionaries({"redirect": _some(
        {"uri": st.sampled_from(["/z", "/z?p=1"]), "authority": st.just("other"), "port": st.just(444),
         "scheme": st.just("https"), "redirectCode": st.sampled_from([301, 302, 307])}, 3).filter(lambda found: found.keys() - {"redirectCode"})}),
    st.fixed_dictionaries({"directResponse": st.sampled_from([{"status": 503}, {"status": 200, "body": {"string": "hi"}}])}),
)  # fmt: skip


@st.composite
def http_routes(draw: st.DrawFn) -> Raw:
    matches = draw(st.lists(MATCHES.filter(bool), max_size=2))
    return {**({"match": matches} if matches else {}), **draw(ACTIONS)}


def networking(kind: str, name: str, spec: Raw, namespace: str = "shop") -> Raw:
    meta = {"name": name, "namespace": namespace}
    return {"apiVersion": "networking.istio.io/v1", "kind": kind, "metadata": meta, "spec": spec}


@st.composite
def virtual_services(draw: st.DrawFn, host: str, gateways: tuple[str, ...] = ()) -> Raw:
    routes = draw(st.lists(http_routes(), min_size=1, max_size=3))
    spec = {"hosts": [host], "http": routes, **({"gateways": list(gateways)} if gateways else {})}
    return networking("VirtualService", f"to-{host}".replace(".", "-").replace("*", "all"), spec)


@st.composite
def destination_rules(draw: st.DrawFn, host: str) -> Raw:
    modes = st.sampled_from(
        [{}, {"trafficPolicy": {"tls": {"mode": "DISABLE"}}}, {"trafficPolicy": {"tls": {"mode": "ISTIO_MUTUAL"}}}]
    )
    policy = draw(modes)
    subsets = [{"name": name, "labels": {"version": name}} for name in draw(st.sampled_from([["v1"], ["v1", "v2"]]))]
    return networking("DestinationRule", host.replace(".", "-"), {"host": host, "subsets": subsets, **policy})


ENTRY = networking("ServiceEntry", "outside", {
    "hosts": ["a.example.com"], "addresses": [OUTSIDE], "location": "MESH_EXTERNAL", "resolution": "STATIC",
    "ports": [{"number": 80, "name": "http", "protocol": "HTTP"}, {"number": 9443, "name": "tls", "protocol": "TLS"}],
    "endpoints": [{"address": "10.9.0.1"}, {"address": "10.9.0.2"}],
})  # fmt: skip
PORTS = [{"name": "http", "port": 80}, {"name": "http-admin", "port": 81}, {"name": "tcp", "port": 9000}]
NUMBERS = {"http": 80, "http-admin": 81, "tcp": 9000}


def world(mode: str) -> list[Raw]:
    """The services and pods that are always there."""
    return [
        mesh_config(f"accessLogFile: /dev/stdout\noutboundTrafficPolicy: {{mode: {mode}}}"),
        service("reviews", PORTS, address=VIPS["reviews"]),
        service("ratings", PORTS, address=VIPS["ratings"]),
        pod("reviews-1", PODS["reviews-1"], {"version": "v1"}),
        pod("reviews-2", PODS["reviews-2"], {"version": "v2"}),
        pod("ratings-1", PODS["ratings-1"], {"version": "v1"}, injected=False),
        slices("reviews", {name: PODS[name] for name in ("reviews-1", "reviews-2")}, NUMBERS),
        slices("ratings", {"ratings-1": PODS["ratings-1"]}, NUMBERS),
    ]


@st.composite
def entries(draw: st.DrawFn) -> Raw:
    """A declaration of the host outside: what it has for addresses, and where its endpoints come from."""
    spec: Raw = {**ENTRY["spec"], "addresses": draw(st.sampled_from([[OUTSIDE], ["10.8.0.0/16"], []]))}
    if draw(st.booleans()):
        spec = {name: value for name, value in spec.items() if name != "endpoints"} | {"resolution": "NONE"}
    return ENTRY | {"spec": spec}


@st.composite
def sidecars(draw: st.DrawFn) -> Raw:
    """What the client's proxy knows of."""
    imports = [
        ["./*"],
        ["*/*"],
        ["./reviews.shop.svc.cluster.local"],
        ["./a.example.com", "./ratings.shop.svc.cluster.local"],
        ["~/*"],
    ]
    egress: Raw = {"hosts": draw(st.sampled_from(imports))}
    spec: Raw = {"egress": [egress]}
    if draw(st.booleans()):
        port = {"number": draw(st.sampled_from([80, 8080])), "name": "http", "protocol": "HTTP"}
        spec["egress"] = [{"port": port, "hosts": draw(st.sampled_from(imports))}, egress]
    if draw(st.booleans()):
        spec["outboundTrafficPolicy"] = {"mode": draw(st.sampled_from(["ALLOW_ANY", "REGISTRY_ONLY"]))}
    return networking("Sidecar", "default", spec)


DELEGATE = networking("VirtualService", "inner", {"http": [
    {"match": [{"uri": {"prefix": "/a/b"}}], "route": [{"destination": {"host": "ratings", "port": {"number": 80}}}]},
    {"directResponse": {"status": 418}},
]})  # fmt: skip
DELEGATING = networking("VirtualService", "outer", {"hosts": ["reviews"], "http": [
    {"match": [{"uri": {"prefix": "/a"}}], "delegate": {"name": "inner"}},
    {"route": [{"destination": {"host": "reviews", "port": {"number": 80}}}]},
]})  # fmt: skip


@st.composite
def meshes(draw: st.DrawFn) -> list[Raw]:
    """A mesh of up to eight rules."""
    mode = draw(st.sampled_from(["ALLOW_ANY", "REGISTRY_ONLY"]))
    chosen = [
        draw(virtual_services(host)) for host in draw(st.sets(st.sampled_from(["reviews", "ratings", "a.example.com"])))
    ]
    chosen += [draw(destination_rules(host)) for host in draw(st.sets(st.sampled_from(["reviews", "ratings"])))]
    for made in (entries(), sidecars(), st.just(DELEGATING)):
        chosen += [draw(made)] if draw(st.booleans()) else []
    return [*world(mode), DELEGATE, *chosen]


@st.composite
def outbound_calls(draw: st.DrawFn) -> Call:
    """A call by the client: HTTP, bytes, or TLS."""
    port = draw(st.sampled_from([80, 80, 80, 81, 8080, 9000, 9443]))
    address = draw(st.sampled_from([*VIPS.values(), OUTSIDE, "10.7.0.1", PODS["reviews-1"]]))
    if port == 9443:
        name = draw(st.sampled_from(["a.example.com", "b.example.com"]))
        return Call(port=port, address=address, protocol="tcp", tls="tls", sni=name, alpn=())
    if port == 9000:
        return Call(port=port, address=address, protocol="tcp")
    return Call(
        port=port,
        address=address,
        host=draw(st.sampled_from(HOSTS)),
        path=draw(st.sampled_from(PATHS)),
        method=draw(st.sampled_from(["GET", "POST", "PUT"])),
        headers=draw(st.sampled_from(HEADERS)),
    )


MODES = st.sampled_from(["STRICT", "PERMISSIVE", "DISABLE", "UNSET"])
SERVER = 3
"""Where in a world the pod of `strict_meshes` stands."""


@st.composite
def peer_authentications(draw: st.DrawFn, name: str, namespace: str, selector: Raw) -> Raw:
    ports = draw(st.dictionaries(st.sampled_from(["80", "81", "9000"]), MODES, max_size=2)) if selector else {}
    spec = {
        "mtls": {"mode": draw(MODES)},
        **selector,
        **({"portLevelMtls": {port: {"mode": mode} for port, mode in ports.items()}} if ports else {}),
    }
    meta = {"name": name, "namespace": namespace}
    return {"apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication", "metadata": meta, "spec": spec}


@st.composite
def strict_meshes(draw: st.DrawFn) -> list[Raw]:
    """A mesh with rules on who may speak to its pods how."""
    selector = {"selector": {"matchLabels": {"app": "reviews"}}}
    choices = [("mesh", "istio-system", {}), ("all", "shop", {}), ("some", "shop", selector)]
    chosen = draw(st.lists(st.sampled_from(choices), max_size=3, unique_by=lambda one: one[0]))
    return (
        world("ALLOW_ANY")
        + [draw(peer_authentications(*one)) for one in chosen]
        + draw(st.sampled_from([[], [INGRESS]]))
    )


INGRESS = networking("Sidecar", "in", {
    "workloadSelector": {"labels": {"app": "reviews"}},
    "ingress": [
        {"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "defaultEndpoint": "127.0.0.1:8080"},
        {"port": {"number": 9000, "name": "tcp", "protocol": "TCP"}, "defaultEndpoint": "0.0.0.0:9000"},
    ],
})  # fmt: skip


@st.composite
def inbound_calls(draw: st.DrawFn) -> Call:
    """A call that reaches the pod `reviews-1`."""
    port = draw(st.sampled_from([80, 80, 81, 9000, 8080]))
    tls = draw(st.sampled_from(["plaintext", "mtls"]))
    where = {"port": port, "mode": "inbound", "address": PODS["reviews-1"], "tls": tls}
    if port == 9000:
        return Call(protocol="tcp", **where)
    return Call(host=draw(st.sampled_from(HOSTS)), path=draw(st.sampled_from(PATHS)), **where)


EDGE = pod("edge-1", GATEWAY, {"istio": "edge"}, annotations={"inject.istio.io/templates": "gateway"})
EDGE_SERVICE = service(
    "edge",
    [{"name": f"s-{port}", "port": port} for port in (18080, 18081, 18443)],
    address="10.96.0.40",
    selector={"istio": "edge"},
)
NAMES = st.sampled_from(["*", "a.example.com", "*.example.com", "reviews.shop.svc.cluster.local"])


@st.composite
def servers(draw: st.DrawFn, port: int) -> Raw:
    host = draw(NAMES)
    if port == 18443:
        tls = draw(st.sampled_from([{"mode": "SIMPLE", "credentialName": "edge"}, {"mode": "PASSTHROUGH"}]))
        name = "TLS" if tls["mode"] == "PASSTHROUGH" else "HTTPS"
        return {"port": {"number": port, "name": f"s-{port}", "protocol": name}, "hosts": [host], "tls": tls}
    redirect = {"tls": {"httpsRedirect": True}} if draw(st.booleans()) and draw(st.booleans()) else {}
    return {"port": {"number": port, "name": f"s-{port}", "protocol": "HTTP"}, "hosts": [host], **redirect}


@st.composite
def edges(draw: st.DrawFn) -> list[Raw]:
    """A mesh with a gateway of up to two servers, and rules for it."""
    ports = draw(st.lists(st.sampled_from([18080, 18081, 18443]), min_size=1, max_size=2, unique=True))
    spec = {"selector": {"istio": "edge"}, "servers": [draw(servers(port)) for port in ports]}
    rules = []
    for host in draw(st.sets(st.sampled_from(["*", "a.example.com"]), max_size=2)):
        rule = draw(virtual_services(host, ("front",)))
        tls = [
            {
                "match": [{"sniHosts": ["a.example.com"]}],
                "route": [{"destination": {"host": "reviews", "port": {"number": 9443}}}],
            }
        ]
        rules.append(rule if "*" in host or draw(st.booleans()) else rule | {"spec": rule["spec"] | {"tls": tls}})
    rules += [draw(destination_rules(host)) for host in draw(st.sets(st.sampled_from(["reviews", "ratings"])))]
    return [*world("ALLOW_ANY"), ENTRY, EDGE_SERVICE, networking("Gateway", "front", spec), *rules]


@st.composite
def edge_calls(draw: st.DrawFn) -> Call:
    """A call from outside."""
    port = draw(st.sampled_from([18080, 18080, 18081, 18443]))
    where: Raw = {"port": port, "mode": "gateway", "address": GATEWAY}
    if port == 18443:
        where |= {
            "tls": "tls",
            "sni": draw(st.sampled_from(["a.example.com", "b.example.com", "reviews"])),
            "alpn": ("http/1.1",),
        }
    return Call(
        host=draw(st.sampled_from([*HOSTS, "b.example.com"])),
        path=draw(st.sampled_from(PATHS)),
        headers=draw(st.sampled_from(HEADERS)),
        **where,
    )

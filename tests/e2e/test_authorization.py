"""Who may do what between real sidecars: rows 48 to 51 and 97, every action, who is asked, and attacks on paths."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
import yaml
from mesh import ROOT, Mesh, eventually
from policies import CALLERS, ORDER_SERVICE_CALLS, ORDER_SERVICE_POLICY, Raw, paths, principal
from policies import policy as policy_in

policy = partial(policy_in, namespace="payments")
PAYMENTS = "http://payments-api.payments:8080"
ORDERS = "http://order-service.production:8080"
STATS = {"proxy.istio.io/config": '{"proxyStatsMatcher": {"inclusionRegexps": [".*rbac.*"]}}'}
DENIED = "RBAC: access denied"

AUTHORIZER = {
    "apiVersion": "lateen.dev/v1alpha1", "kind": "ProcessImage", "metadata": {"name": "ext-authz"},
    "spec": {"images": ["test/ext-authz*"], "directory": str(ROOT / "tests/e2e/apps"), "command": ["python", "ext_authz.py"]},
}  # fmt: skip
ASKED = "ext-authz.payments.svc.cluster.local"
PROVIDERS = f"""
extensionProviders:
- name: by-http
  envoyExtAuthzHttp:
    service: {ASKED}
    port: 8000
    timeout: 5s
    pathPrefix: /check
    includeRequestHeadersInCheck: [x-ext-authz]
    includeAdditionalHeadersInCheck: {{x-added: added}}
    includeRequestBodyInCheck: {{maxRequestBytes: 100, allowPartialMessage: true}}
    headersToUpstreamOnAllow: [x-shown]
    headersToDownstreamOnDeny: [x-shown]
- name: by-grpc
  envoyExtAuthzGrpc: {{service: {ASKED}, port: 9000, timeout: 5s}}
- name: nobody
  envoyExtAuthzHttp: {{service: nobody.payments.svc.cluster.local, port: 8000}}
- name: silent
  envoyExtAuthzGrpc: {{service: {ASKED}, port: 9999, timeout: 1s, statusOnError: "503"}}
- name: silent-open
  envoyExtAuthzGrpc: {{service: {ASKED}, port: 9999, timeout: 1s, failOpen: true}}
"""


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    """A workload may ask several providers."""
    return {"PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS": "true"}


@pytest.fixture(scope="module")
def shop(mesh: Mesh) -> Mesh:
    """Two servers, their clients, a client outside the mesh, and who is asked for action CUSTOM."""
    for namespace in ("payments", "orders", "production", "monitoring"):
        labels = {"istio-injection": "enabled"}
        mesh.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels}})
    mesh_config(mesh, "")
    both = "8080=http 9000=tcp"
    mesh.deploy("payments-api", namespace="payments", account="payments-api", ports=both, annotations=STATS)
    mesh.deploy("order-service", namespace="production", account="order-service")
    for name, namespace in CALLERS.items():
        mesh.deploy(name, namespace=namespace, account=name)
    mesh.deploy("outsider", inject=False)
    deploy_authorizer(mesh)
    return mesh


def mesh_config(mesh: Mesh, text: str) -> None:
    meta = {"name": "istio", "namespace": "istio-system"}
    mesh.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {"mesh": f"{text}\n{PROVIDERS}"}})


def deploy_authorizer(mesh: Mesh) -> None:
    labels = {"app": "ext-authz"}
    ports = [{"name": "http", "port": 8000}, {"name": "grpc", "port": 9000}, {"name": "grpc-gone", "port": 9999}]
    container = {"name": "app", "image": "test/ext-authz", "readinessProbe": {"tcpSocket": {"port": 9000}}}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    mesh.apply(
        AUTHORIZER,
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "ext-authz"}, "spec": {"selector": labels, "ports": ports}},
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "ext-authz"},
         "spec": {"selector": {"matchLabels": labels}, "template": template}},
        namespace="payments",
    )  # fmt: skip
    mesh.wait_ready("ext-authz", "payments")


@contextmanager
def applied(mesh: Mesh, *policies: Raw, until: Any = None) -> Iterator[None]:
    """In force, once `until` holds, for as long as the block runs."""
    mesh.apply(*policies)
    try:
        if until is not None:
            eventually(until, 15, f"in force: {json.dumps(policies)}")
        yield
    finally:
        mesh.delete(*policies)


def ask(mesh: Mesh, client: str, url: str, method: str = "GET", *arguments: str) -> int:
    """The status of an answer, 0 for none."""
    namespace = CALLERS.get(client, "default")
    return mesh.call(client, url, "-X", method, "--path-as-is", *arguments, namespace=namespace)[0]


def body(mesh: Mesh, client: str, url: str, *arguments: str) -> str:
    return mesh.curl(client, "--path-as-is", url, *arguments, namespace=CALLERS.get(client, "default")).stdout


CUT = "the connection is cut"
TALK = f"""
import socket
made = socket.create_connection(("payments-api.payments", 9000), 3)
made.settimeout(5)
try:
    made.sendall(b"a line\\n")
    print(made.recv(100).decode() or "{CUT}")
except ConnectionResetError:
    print("{CUT}")
"""


def over_tcp(mesh: Mesh, client: str) -> str:
    """What a line sent to payments-api's TCP port is answered."""
    pod = mesh.pods(client, CALLERS.get(client, "default"))[0]
    return mesh.inside(pod, "/usr/bin/python3", "-c", TALK).stdout.strip()


def raw(mesh: Mesh, client: str, *lines: str) -> str:
    """What bytes that are meant as a request are answered by payments-api; sent past every client's proxy."""
    program = (
        "import socket,sys; s=socket.create_connection(('payments-api.payments',8080),3); s.settimeout(5);"
        " s.sendall(sys.argv[1].encode()); print(s.recv(65536).decode())"
    )
    text = "\r\n".join([*lines, "connection: close", "", ""])
    pod = mesh.pods(client, CALLERS.get(client, "default"))[0]
    return mesh.inside(pod, "/usr/bin/python3", "-c", program, text).stdout


def code(answer: str) -> int:
    return int(answer.split(" ")[1]) if answer.startswith("HTTP/") else 0


EVERYTHING_DENIED = policy("deny-all")
ORDERS_TO_PAYMENTS = policy(
    "allow-orders-to-payments",
    {"from": [principal("orders/orders-api")], **paths("/payments/*", methods=["POST"])},
    selector={"matchLabels": {"app": "payments-api"}},
    action="ALLOW",
)


def test_without_policies_everybody_may_do_everything(shop: Mesh) -> None:
    assert ask(shop, "outsider", f"{PAYMENTS}/x") == 200
    assert over_tcp(shop, "prometheus").startswith("payments-api")


def test_row_48_an_empty_policy_denies_all_requests_and_connections(shop: Mesh) -> None:
    with applied(shop, EVERYTHING_DENIED, until=lambda: ask(shop, "orders-api", f"{PAYMENTS}/") == 403):
        assert body(shop, "orders-api", f"{PAYMENTS}/") == DENIED
        assert over_tcp(shop, "orders-api") == CUT
        assert ask(shop, "orders-api", f"{ORDERS}/") == 200
    eventually(lambda: ask(shop, "orders-api", f"{PAYMENTS}/") == 200, 15, "open again")
    assert over_tcp(shop, "orders-api").startswith("payments-api")


def test_row_49_only_who_is_named_may_do_what_is_named(shop: Mesh) -> None:
    granted = lambda: ask(shop, "orders-api", f"{PAYMENTS}/payments/1", "POST") == 200  # noqa: E731
    with (
        applied(shop, EVERYTHING_DENIED, until=lambda: not granted()),
        applied(shop, ORDERS_TO_PAYMENTS, until=granted),
    ):
        assert ask(shop, "orders-api", f"{PAYMENTS}/payments/1", "GET") == 403
        assert ask(shop, "orders-api", f"{PAYMENTS}/other", "POST") == 403
        assert ask(shop, "api-gateway", f"{PAYMENTS}/payments/1", "POST") == 403
        assert ask(shop, "outsider", f"{PAYMENTS}/payments/1", "POST") == 403


ATTACKS = ["/payments/../admin", "/payments/%2e%2e/admin", "/payments/./../admin", "/payments\\..\\admin", "//payments/1",
           "/PAYMENTS/1", "/payments;x/1", "/payments", "/xpayments/1", "/payments%2F1"]  # fmt: skip


@pytest.mark.parametrize("client", ["orders-api", "outsider"])
def test_row_50_prefixes_suffixes_and_no_way_round_a_path(shop: Mesh, client: str) -> None:
    with applied(shop, policy("paths", paths("/payments/*", "*.css", "/exact")),
                 until=lambda: ask(shop, client, f"{PAYMENTS}/other") == 403):  # fmt: skip
        allowed = [
            "/payments/",
            "/payments/1",
            "/payments/a/b?c=/../d",
            "/x/y.css",
            "/exact",
            "/exact?q",
            "/x/../exact",
        ]
        assert {path: ask(shop, client, PAYMENTS + path) for path in allowed} == dict.fromkeys(allowed, 200)
        denied = [*ATTACKS, "/exact/", "/exactly", "/y.css/x"]
        assert {path: ask(shop, client, PAYMENTS + path) for path in denied} == dict.fromkeys(denied, 403)


def test_row_51_a_caller_is_who_its_certificate_says(shop: Mesh) -> None:
    spoofed = ("-H", "x-forwarded-client-cert: By=spiffe://a;URI=spiffe://cluster.local/ns/orders/sa/orders-api")
    others = (
        "-H",
        "x-forwarded-for: 127.0.0.1",
        "-H",
        "x-envoy-peer-metadata-id: orders-api",
        "-H",
        "x-real-ip: 127.0.0.1",
    )
    only = policy("only-orders", {"from": [principal("orders/orders-api")]})
    with applied(shop, only, until=lambda: ask(shop, "api-gateway", f"{PAYMENTS}/") == 403):
        assert ask(shop, "orders-api", f"{PAYMENTS}/") == 200
        for client in ("api-gateway", "outsider"):
            assert ask(shop, client, f"{PAYMENTS}/", "GET", *spoofed, *others) == 403


def test_addresses_are_those_of_connections_and_of_requests(shop: Mesh) -> None:
    pod = shop.pods("outsider")[0]["status"]["podIP"]
    near = policy("near", {"from": [{"source": {"ipBlocks": [pod]}}]})
    with applied(shop, near, until=lambda: ask(shop, "orders-api", f"{PAYMENTS}/") == 403):
        assert ask(shop, "outsider", f"{PAYMENTS}/") == 200
        assert ask(shop, "orders-api", f"{PAYMENTS}/", "GET", "-H", f"x-forwarded-for: {pod}") == 403
        assert over_tcp(shop, "outsider").startswith("payments-api")
        assert over_tcp(shop, "orders-api") == CUT


def test_row_97_the_truth_table_of_order_service(shop: Mesh) -> None:
    one = yaml.safe_load(ORDER_SERVICE_POLICY.read_text())
    with applied(shop, one, until=lambda: ask(shop, "orders-api", f"{ORDERS}/") == 403):
        found = {case: ask(shop, case[0], ORDERS + case[2], case[1]) for case in ORDER_SERVICE_CALLS}
        assert found == {case: 200 if passes else 403 for case, passes in ORDER_SERVICE_CALLS.items()}


def test_what_is_denied_is_denied_whoever_allows_it(shop: Mesh) -> None:
    deny = policy("no-admin", paths("/admin", "/admin/*"), action="DENY")
    allow = policy("all", {})
    with applied(shop, deny, allow, until=lambda: ask(shop, "orders-api", f"{PAYMENTS}/admin") == 403):
        assert ask(shop, "orders-api", f"{PAYMENTS}/x") == 200
        denied = ["/admin/x", "/x/../admin/y", "/x/%2E%2e/admin", "/./admin/", "/x\\..\\admin"]
        assert {path: ask(shop, "outsider", PAYMENTS + path) for path in denied} == dict.fromkeys(denied, 403)
        # It reads HTTP and is bound to no port: of bytes it cannot be told, and they are denied.
        assert over_tcp(shop, "orders-api") == CUT


def test_a_header_that_stands_twice_hides_nothing_that_is_denied(shop: Mesh) -> None:
    guest = policy("guest", {"when": [{"key": "request.headers[x-role]", "values": ["guest"]}]}, action="DENY")
    sends = lambda *lines: code(raw(shop, "outsider", "GET / HTTP/1.1", "host: payments-api", *lines))  # noqa: E731
    with applied(shop, guest, until=lambda: sends("x-role: guest") == 403):
        assert sends("x-role: admin", "x-role: guest") == sends("x-role: guest", "X-ROLE: admin") == 403
        assert sends("x-role: admin") == 200


def test_hosts_and_headers_and_methods_are_what_is_sent_whatever_its_form(shop: Mesh) -> None:
    rule = {"to": [{"operation": {"hosts": ["Payments.example"], "methods": ["GET"]}}],
            "when": [{"key": "request.headers[x-role]", "values": ["admin"]}]}  # fmt: skip
    sends = lambda *lines: code(raw(shop, "outsider", *lines))  # noqa: E731
    with applied(shop, policy("form", rule), until=lambda: ask(shop, "outsider", f"{PAYMENTS}/") == 403):
        assert sends("GET / HTTP/1.1", "host: PAYMENTS.EXAMPLE", "X-Role: admin") == 200
        assert sends("GET http://payments.example/ HTTP/1.1", "host: other", "x-role: admin") == 200
        assert sends("GET http://other/ HTTP/1.1", "host: payments.example", "x-role: admin") == 403
        assert sends("GET / HTTP/1.1", "host: payments.example:8080", "x-role: admin") == 403
        # Of a header that stands twice either may be meant.
        assert sends("GET / HTTP/1.1", "host: payments.example", "x-role: guest", "x-role: admin") == 200
        assert sends("GET / HTTP/1.1", "host: payments.example", "x-role: guest, admin") == 403
        assert sends("GET / HTTP/1.1", "host: payments.example", "x-role: ADMIN") == 403
        assert sends("POST / HTTP/1.1", "host: payments.example", "x-role: admin", "x-http-method-override: GET") == 403
        # Two hosts are no host that is named, and a body of two lengths (smuggling) is no request at all.
        assert sends("GET / HTTP/1.1", "host: payments.example", "host: other", "x-role: admin") == 403
        assert (
            sends("POST / HTTP/1.1", "host: payments.example", "content-length: 4", "transfer-encoding: chunked") == 400
        )


@pytest.mark.parametrize(
    ("normalization", "denied", "passed"),
    [
        ("NONE", ["/admin/x"], ["/x/../admin/x", "//admin/x", "/x%2f..%2fadmin/x"]),
        ("MERGE_SLASHES", ["/x/../admin/x", "//admin//x", "/x/..//admin/%78"], ["/x%2f..%2fadmin/x", "/ADMIN/x", "/admin;a/x"]),
        ("DECODE_AND_MERGE_SLASHES", ["//admin/x", "/x%2f..%2Fadmin/x", "/x%5c..%5Cadmin/x", "%2fadmin%2fx"], ["/ADMIN/x"]),
    ],
)  # fmt: skip
def test_paths_are_normalized_as_the_mesh_says(
    shop: Mesh, normalization: str, denied: list[str], passed: list[str]
) -> None:
    deny = policy("no-admin", paths("/admin/*"), action="DENY")
    mesh_config(shop, f"pathNormalization: {{normalization: {normalization}}}")
    seen = lambda found: {path: ask(shop, "outsider", PAYMENTS + path) for path in found}  # noqa: E731
    denied = [path if path.startswith("/") else f"/x/..{path}" for path in denied]
    wanted = dict.fromkeys(denied, 403) | dict.fromkeys(passed, 200)
    with applied(shop, deny):
        eventually(lambda: seen(wanted) == wanted, 15, f"{wanted}: not {seen(wanted)}")
    mesh_config(shop, "")


FRONT = {"apiVersion": "networking.istio.io/v1", "kind": "Gateway", "metadata": {"name": "front", "namespace": "istio-system"},
         "spec": {"selector": {"istio": "ingressgateway"},
                  "servers": [{"port": {"number": 8080, "name": "http", "protocol": "HTTP"}, "hosts": ["*"]}]}}  # fmt: skip
BEHIND = {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": "front", "namespace": "istio-system"},
          "spec": {"hosts": ["*"], "gateways": ["front"],
                   "http": [{"route": [{"destination": {"host": "payments-api.payments.svc.cluster.local", "port": {"number": 8080}}}]}]}}  # fmt: skip


def test_a_gateway_denies_before_it_routes(shop: Mesh) -> None:
    def outside(path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(shop.gateway + path, timeout=5) as answer:
                return answer.status, ""
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    edge = {"selector": {"matchLabels": {"istio": "ingressgateway"}}, "namespace": "istio-system"}
    deny = policy("edge", paths("/admin*"), action="DENY", **edge)
    near = policy("near", {"from": [{"source": {"remoteIpBlocks": ["192.0.2.0/24"]}}]}, **edge)
    with applied(shop, FRONT, BEHIND, deny, until=lambda: outside("/admin/x") == (403, DENIED)):
        eventually(lambda: outside("/x")[0] == 200, 15)
        with applied(shop, near, until=lambda: outside("/x") == (403, DENIED)):
            assert ask(shop, "outsider", f"{PAYMENTS}/admin/x") == 200, "only the gateway is told"


def counted(mesh: Mesh) -> dict[str, int]:
    """RBAC's counters of payments-api's HTTP port."""
    path = f"/api/v1/namespaces/payments/pods/{mesh.pod('payments-api', 'payments')}:15000/proxy/stats?filter=rbac"
    lines = mesh.kubectl("get", "--raw", path).stdout.splitlines()
    found = (line.rsplit(": ", 1) for line in lines if "inbound_0.0.0.0_8080" in line)
    return {name.partition(".rbac.")[2]: int(value) for name, value in found}


DRY = {"istio.io/dry-run": "true"}


def test_a_dry_run_counts_and_decides_nothing(shop: Mesh) -> None:
    allow = policy("try-allow", paths("/allowed"), annotations=DRY, action="ALLOW")
    deny = policy("try-deny", paths("/denied"), annotations=DRY, action="DENY")
    with applied(shop, allow, deny, until=lambda: "istio_dry_run_deny_.shadow_denied" in counted(shop)):
        before = counted(shop)
        for path in ("/denied", "/allowed", "/allowed", "/other"):
            assert ask(shop, "outsider", PAYMENTS + path) == 200
        grown = {name: value - before[name] for name, value in counted(shop).items() if name.startswith("istio_dry")}
        assert grown == {
            "istio_dry_run_allow_.shadow_allowed": 2,
            "istio_dry_run_allow_.shadow_denied": 2,
            "istio_dry_run_deny_.shadow_allowed": 3,
            "istio_dry_run_deny_.shadow_denied": 1,
        }


def test_an_audit_marks_requests_and_decides_nothing(shop: Mesh) -> None:
    tell = """function envoy_on_response(handle)
      local marks = handle:streamInfo():dynamicMetadata():get("envoy.common")
      handle:headers():add("x-audited", tostring(marks ~= nil and marks["access_log_hint"]))
    end"""
    script = {"apiVersion": "extensions.istio.io/v1alpha1", "kind": "TrafficExtension",
              "metadata": {"name": "tell", "namespace": "payments"},
              "spec": {"match": [{"mode": "SERVER"}], "phase": "STATS", "lua": {"inlineCode": tell}}}  # fmt: skip
    audited = lambda path: "x-audited: true" in body(shop, "outsider", PAYMENTS + path, "-i")  # noqa: E731
    with applied(shop, script, policy("audit", paths("/watched"), action="AUDIT"), until=lambda: audited("/watched")):
        assert not audited("/other")
        assert ask(shop, "outsider", f"{PAYMENTS}/watched") == 200


ALLOW = ("-H", "x-ext-authz: allow")


def custom(provider: str, **spec: Any) -> Raw:
    return policy("ask", paths("/asked*"), action="CUSTOM", provider={"name": provider}, **spec)


def test_a_provider_is_asked_over_http_with_what_it_wants_to_see(shop: Mesh) -> None:
    url = f"{PAYMENTS}/asked/1"
    with applied(shop, custom("by-http"), until=lambda: ask(shop, "outsider", url) == 403):
        refused = body(shop, "outsider", url, "-i", "-d", "text")
        assert refused.endswith("denied by ext_authz")
        assert "x-shown: POST /check/asked/1 added text" in refused
        assert "x-secret" not in refused
        status, seen = shop.call("orders-api", url, *ALLOW, namespace="orders")
        assert (status, seen["headers"]["x-shown"]) == (200, "GET /check/asked/1 added -")
        assert ask(shop, "outsider", f"{PAYMENTS}/other") == 200


def test_a_provider_is_asked_over_grpc_about_requests_and_connections(shop: Mesh) -> None:
    url = f"{PAYMENTS}/asked"
    with applied(shop, custom("by-grpc"), until=lambda: ask(shop, "outsider", url) == 403):
        assert body(shop, "outsider", url) == "denied by grpc"
        status, seen = shop.call("outsider", url, *ALLOW)
        assert (status, seen["headers"]["x-decided"]) == (200, "grpc")
        assert ask(shop, "outsider", f"{PAYMENTS}/other") == 200
        # Of bytes no path can be told: every connection is asked about.
        assert over_tcp(shop, "orders-api").startswith("payments-api")
        assert over_tcp(shop, "prometheus") == CUT


def test_a_provider_allows_and_a_policy_denies(shop: Mesh) -> None:
    url = f"{PAYMENTS}/asked"
    deny = policy("no-delete", {"to": [{"operation": {"methods": ["DELETE"]}}]}, action="DENY")
    with applied(shop, custom("by-http"), deny, until=lambda: ask(shop, "outsider", url) == 403):
        eventually(lambda: ask(shop, "outsider", url, "DELETE", *ALLOW) == 403, 15)
        assert ask(shop, "outsider", url, "GET", *ALLOW) == 200


def test_several_providers_are_asked_each_about_its_own(shop: Mesh) -> None:
    def second(provider: str) -> Raw:
        return policy("second", paths("/second*"), action="CUSTOM", provider={"name": provider})

    denied = lambda path: body(shop, "outsider", PAYMENTS + path)  # noqa: E731
    with applied(shop, custom("by-http"), second("by-grpc"), until=lambda: denied("/second") == "denied by grpc"):
        assert denied("/asked") == "denied by ext_authz"
        for path in ("/asked", "/second"):
            assert ask(shop, "outsider", PAYMENTS + path, "GET", *ALLOW) == 200
    with applied(shop, custom("by-http"), second("unknown"), until=lambda: denied("/second") == DENIED):
        assert denied("/asked") == "denied by ext_authz"


@pytest.mark.parametrize("provider", ["unknown", "nobody"])
def test_where_nobody_can_be_asked_nobody_passes(shop: Mesh, provider: str) -> None:
    url = f"{PAYMENTS}/asked"
    with applied(shop, custom(provider), until=lambda: ask(shop, "outsider", url, "GET", *ALLOW) == 403):
        assert body(shop, "outsider", url) == DENIED
        assert ask(shop, "outsider", f"{PAYMENTS}/other") == 200


def test_a_provider_that_does_not_answer_closes_or_opens_as_it_says(shop: Mesh) -> None:
    url = f"{PAYMENTS}/asked"
    with applied(shop, custom("silent"), until=lambda: ask(shop, "outsider", url) == 503):
        assert ask(shop, "outsider", f"{PAYMENTS}/other") == 200
    with applied(shop, custom("silent-open"), until=lambda: ask(shop, "outsider", url) == 200):
        pass

"""Who may call whom on a real cluster: peer authentication by level, authorization by identity and path (rows 46 to 51, 97).

A call may still go over a connection that was made under an older policy: Envoy closes those after their next answer. So
each answer is waited for.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import yaml
from clusters import Client, Mesh, eventually

SERVER = ("python3", "-m", "http.server", "8080", "--directory", "/tmp")
SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: order-service, namespace: production}
spec:
  selector: {app: order-service}
  ports: [{name: http, port: 8080}, {name: tcp-raw, port: 9000, targetPort: 8081}]
"""
ACCOUNT = """
apiVersion: v1
kind: ServiceAccount
metadata: {name: %s, namespace: %s}
"""
ORDERS, RAW = "http://order-service.production:8080", "http://order-service.production:9000"
CALLERS = {"api-gateway": "production", "checkout-service": "production", "prometheus": "monitoring"}
OPEN = (200, 404, 501)
TWO_SERVERS = ("sh", "-c", "python3 -m http.server 8081 --directory /tmp & exec " + " ".join(SERVER))


class Shop:
    """A server, callers of several accounts, and one without a proxy."""

    def __init__(self, mesh: Mesh) -> None:
        self.mesh = mesh
        for namespace in ("production", "monitoring"):
            mesh.namespace(namespace, istio_injection="enabled")
        mesh.apply(SERVICE + "".join("---" + ACCOUNT % pair for pair in CALLERS.items()))
        mesh.client("production", "order-service", command=TWO_SERVERS)
        self.callers = {name: mesh.client(place, name, account=name) for name, place in CALLERS.items()}
        self.callers["outsider"] = mesh.client(mesh.namespace("outside"))

    def ask(self, caller: str, path: str = "/", method: str = "GET", *options: str, at: str = ORDERS) -> int:
        """The status of a call, 0 where there is no answer. The server itself answers 200, 404 or 501."""
        client: Client = self.callers[caller]
        return client.call(at + path, "-X", method, "--path-as-is", "-o", "/dev/null", *options).status

    def may(self, caller: str, path: str = "/", method: str = "GET", *options: str) -> bool:
        return self.ask(caller, path, method, *options) in OPEN

    @contextmanager
    def applied(self, *texts: str, until: Callable[[], bool]) -> Iterator[None]:
        for text in texts:
            self.mesh.apply(text)
        try:
            eventually(until, 20)
            yield
        finally:
            self.mesh.kubectl("delete", "--ignore-not-found", "-f", "-", given="\n---\n".join(texts))
            eventually(lambda: self.may("outsider"), 20, "what it denied to be open again")


@pytest.fixture(scope="module")
def shop(mesh: Mesh) -> Iterator[Shop]:
    found = Shop(mesh)
    eventually(lambda: all(found.may(caller) for caller in found.callers), 30)
    yield found
    mesh.kubectl("delete", "namespace", "production", "monitoring", "--wait=false")


def peers(mode: str, namespace: str, name: str = "default", **spec: object) -> str:
    meta = {"name": name, "namespace": namespace}
    body = {"mtls": {"mode": mode}, **spec}
    return yaml.safe_dump(
        {"apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication", "metadata": meta, "spec": body}
    )


def policy(name: str, *rules: object, **spec: object) -> str:
    meta = {"name": name, "namespace": "production"}
    body = {"rules": list(rules), **spec} if rules else spec
    return yaml.safe_dump(
        {"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy", "metadata": meta, "spec": body}
    )


def principals(*accounts: str) -> list[object]:
    named = [f"cluster.local/ns/{place}/sa/{name}" for place, _, name in (one.partition("/") for one in accounts)]
    return [{"source": {"principals": named}}]


def test_row_46_namespace_over_mesh_workload_over_namespace_port_over_workload(shop: Shop) -> None:
    chosen = {"selector": {"matchLabels": {"app": "order-service"}}}
    steps = [
        (peers("STRICT", "istio-system"), False),
        (peers("PERMISSIVE", "production"), True),
        (peers("STRICT", "production", "server", **chosen), False),
        (peers("STRICT", "production", "server", **chosen, portLevelMtls={8080: {"mode": "PERMISSIVE"}}), True),
    ]
    try:
        for text, open_ in steps:
            shop.mesh.apply(text)
            assert eventually(lambda wanted=open_: shop.may("outsider") is wanted, 20)
            assert eventually(lambda: shop.may("api-gateway"), 20)
        assert eventually(lambda: (shop.ask("outsider", at=RAW), shop.ask("api-gateway", at=RAW)) == (0, 200), 20)
    finally:
        shop.mesh.kubectl("delete", "peerauthentication", "-A", "--all")


def test_row_47_of_two_for_the_mesh_the_oldest_counts_and_the_other_is_named(shop: Shop) -> None:
    try:
        shop.mesh.apply(peers("STRICT", "istio-system", "cluster-mtls-strict"))
        assert eventually(lambda: shop.ask("outsider") == 0, 20)
        first = shop.mesh.get("peerauthentication", "-n", "istio-system", "cluster-mtls-strict")["metadata"]
        eventually(lambda: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()) > first["creationTimestamp"], 5)
        shop.mesh.apply(peers("PERMISSIVE", "istio-system"))
        told = shop.mesh.lateen("analyze", "-n", "istio-system", check=False)
        assert "LAT0008" in told and "cluster-mtls-strict" in told
        assert [shop.ask("outsider") for _ in range(3)] == [0, 0, 0]
        shop.mesh.kubectl("delete", "peerauthentication", "-n", "istio-system", "cluster-mtls-strict")
        assert eventually(lambda: shop.may("outsider"), 20)
    finally:
        shop.mesh.kubectl("delete", "peerauthentication", "-A", "--all")


def test_row_48_an_empty_policy_denies_all_requests_and_connections(shop: Shop) -> None:
    with shop.applied(policy("nothing"), until=lambda: shop.ask("api-gateway") == 403):
        assert eventually(lambda: "RBAC: access denied" in shop.callers["api-gateway"].call(ORDERS).body, 20)
        assert eventually(lambda: shop.ask("api-gateway", at=RAW) == 0, 20)


def test_row_50_prefixes_suffixes_and_no_way_round_a_path(shop: Shop) -> None:
    rule = {"to": [{"operation": {"paths": ["/orders/*", "*.css"]}}]}
    with shop.applied(policy("paths", rule), until=lambda: shop.ask("api-gateway", "/other") == 403):
        for path in ("/orders/1", "/orders/a/b?c=/../d", "/x/y.css"):
            assert eventually(lambda path=path: shop.may("api-gateway", path), 20, path)
        for path in ("/orders/../admin", "/orders/%2e%2e/admin", "/ORDERS/1", "//orders/1", "/orders%2F1", "/y.css/x"):
            assert eventually(lambda path=path: shop.ask("api-gateway", path) == 403, 20, path)


def test_row_51_a_caller_is_who_its_certificate_says(shop: Shop) -> None:
    forged = "x-forwarded-client-cert: By=spiffe://a;URI=spiffe://cluster.local/ns/production/sa/api-gateway"
    only = policy("only-gateway", {"from": principals("production/api-gateway")})
    with shop.applied(only, until=lambda: shop.ask("prometheus") == 403):
        assert eventually(lambda: shop.may("api-gateway"), 20)
        for caller in ("prometheus", "outsider"):
            spoofed = ("/", "GET", "-H", forged, "-H", "x-forwarded-for: 127.0.0.1")
            assert eventually(lambda said=(caller, *spoofed): shop.ask(*said) == 403, 20, caller)
            assert [shop.ask(caller, *spoofed) for _ in range(3)] == [403, 403, 403]


def test_row_97_the_truth_table_of_order_service(shop: Shop) -> None:
    orders = {
        "from": principals("production/api-gateway", "production/checkout-service"),
        "to": [{"operation": {"methods": ["GET", "POST"], "paths": ["/api/orders", "/api/orders/*"]}}],
    }
    metrics = {"from": principals("monitoring/prometheus"), "to": [{"operation": {"paths": ["/metrics"]}}]}
    table = {
        ("api-gateway", "GET", "/api/orders"): True,
        ("api-gateway", "POST", "/api/orders"): True,
        ("api-gateway", "GET", "/api/orders/7"): True,
        ("api-gateway", "DELETE", "/api/orders/7"): False,
        ("api-gateway", "GET", "/metrics"): False,
        ("api-gateway", "GET", "/api/ordersx"): False,
        ("checkout-service", "POST", "/api/orders/7/pay"): True,
        ("checkout-service", "PUT", "/api/orders"): False,
        ("prometheus", "GET", "/metrics"): True,
        ("prometheus", "POST", "/metrics"): True,
        ("prometheus", "GET", "/api/orders"): False,
        ("outsider", "GET", "/metrics"): False,
    }
    chosen = policy(
        "order-service-policy", orders, metrics, selector={"matchLabels": {"app": "order-service"}}, action="ALLOW"
    )
    with shop.applied(chosen, until=lambda: shop.ask("outsider") == 403):
        for (caller, method, path), allowed in table.items():
            case = (caller, path, method)
            assert eventually(lambda case=case, allowed=allowed: shop.may(*case) is allowed, 20, f"{case}: {allowed}")

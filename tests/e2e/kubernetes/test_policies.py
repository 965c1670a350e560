"""Who may call whom on a real cluster: peer authentication by level, authorization by identity and path (rows 46 to 51, 97).

A call may still go over a connection that was made under an older policy: Envoy closes those after their next answer. So
answers are waited for as a whole, and then asked for once more.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
import yaml
from clusters import Client, Mesh, eventually
from policies import (
    CALLERS,
    ORDER_SERVICE_CALLS,
    ORDER_SERVICE_POLICY,
    Raw,
    paths,
    peer_authentication,
    policy,
    principal,
)

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
PLACES = sorted(set(CALLERS.values()))
OPEN = (200, 404, 501)
"""What the server itself answers: python's http.server, to what it has, has not, and does not do."""
TWO_SERVERS = ("sh", "-c", "python3 -m http.server 8081 --directory /tmp & exec " + " ".join(SERVER))


class Shop:
    """A server, callers of several accounts, and one without a proxy."""

    def __init__(self, mesh: Mesh) -> None:
        self.mesh = mesh
        for namespace in PLACES:
            mesh.namespace(namespace, istio_injection="enabled")
        mesh.apply(SERVICE + "".join("---" + ACCOUNT % pair for pair in CALLERS.items()))
        mesh.client("production", "order-service", command=TWO_SERVERS)
        self.callers = {name: mesh.client(place, name, account=name) for name, place in CALLERS.items()}
        self.callers["outsider"] = mesh.client(mesh.namespace("outside"))

    def ask(self, caller: str, path: str = "/", method: str = "GET", *options: str, at: str = ORDERS) -> int:
        """The status of a call, 0 where there is no answer."""
        client: Client = self.callers[caller]
        return client.call(at + path, "-X", method, "--path-as-is", "-o", "/dev/null", *options).status

    def may(self, caller: str, path: str = "/", method: str = "GET", *options: str) -> bool:
        return self.ask(caller, path, method, *options) in OPEN

    def holds(self, calls: Mapping[tuple[str, str, str], bool], *options: str) -> None:
        """Of each call (caller, method, path) it is said whether it passes; what does not is answered 403."""

        def seen() -> dict[tuple[str, str, str], bool | int]:
            answers = {call: self.ask(call[0], call[2], call[1], *options) for call in calls}
            return {call: answer in OPEN or answer for call, answer in answers.items()}

        wanted = {call: passes or 403 for call, passes in calls.items()}
        eventually(lambda: seen() == wanted, 40)
        assert seen() == wanted

    @contextmanager
    def applied(self, found: Raw) -> Iterator[None]:
        """In force for callers without a proxy at least, for as long as the block runs."""
        self.mesh.apply(yaml.safe_dump(found))
        try:
            eventually(lambda: self.ask("outsider") == 403, 20)
            yield
        finally:
            self.mesh.kubectl("delete", "-f", "-", given=yaml.safe_dump(found))
            eventually(lambda: self.may("outsider"), 20, "what it denied to be open again")


@pytest.fixture(scope="module")
def shop(mesh: Mesh) -> Iterator[Shop]:
    found = Shop(mesh)
    eventually(lambda: all(found.may(caller) for caller in found.callers), 30)
    yield found
    mesh.kubectl("delete", "namespace", *PLACES, "--wait=false")


def test_row_46_namespace_over_mesh_workload_over_namespace_port_over_workload(shop: Shop) -> None:
    chosen = {"matchLabels": {"app": "order-service"}}
    server: Raw = {"name": "server", "namespace": "production", "selector": chosen}
    steps = [
        (peer_authentication("STRICT", namespace="istio-system"), False),
        (peer_authentication("PERMISSIVE", namespace="production"), True),
        (peer_authentication("STRICT", **server), False),
        (peer_authentication("STRICT", **server, portLevelMtls={8080: {"mode": "PERMISSIVE"}}), True),
    ]
    try:
        for found, open_ in steps:
            shop.mesh.apply(yaml.safe_dump(found))
            assert eventually(lambda wanted=open_: shop.may("outsider") is wanted, 20)
            assert eventually(lambda: shop.may("api-gateway"), 20)
        assert eventually(lambda: (shop.ask("outsider", at=RAW), shop.ask("api-gateway", at=RAW)) == (0, 200), 20)
    finally:
        shop.mesh.kubectl("delete", "peerauthentication", "-A", "--all")


def test_row_47_of_two_for_the_mesh_the_oldest_counts_and_the_other_is_named(shop: Shop) -> None:
    try:
        strict = peer_authentication("STRICT", namespace="istio-system", name="cluster-mtls-strict")
        shop.mesh.apply(yaml.safe_dump(strict))
        assert eventually(lambda: shop.ask("outsider") == 0, 20)
        first = shop.mesh.get("peerauthentication", "-n", "istio-system", "cluster-mtls-strict")["metadata"]
        eventually(lambda: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()) > first["creationTimestamp"], 5)
        shop.mesh.apply(yaml.safe_dump(peer_authentication("PERMISSIVE", namespace="istio-system")))
        told = shop.mesh.lateen("analyze", "-n", "istio-system", check=False)
        assert "LAT0008" in told and "cluster-mtls-strict" in told
        assert [shop.ask("outsider") for _ in range(3)] == [0, 0, 0]
        shop.mesh.kubectl("delete", "peerauthentication", "-n", "istio-system", "cluster-mtls-strict")
        assert eventually(lambda: shop.may("outsider"), 20)
    finally:
        shop.mesh.kubectl("delete", "peerauthentication", "-A", "--all")


def test_row_48_an_empty_policy_denies_all_requests_and_connections(shop: Shop) -> None:
    with shop.applied(policy("nothing", namespace="production")):
        shop.holds({("api-gateway", "GET", "/"): False})
        assert "RBAC: access denied" in shop.callers["api-gateway"].call(ORDERS).body
        assert eventually(lambda: shop.ask("api-gateway", at=RAW) == 0, 20)


def test_row_50_prefixes_suffixes_and_no_way_round_a_path(shop: Shop) -> None:
    passing = ("/orders/1", "/orders/a/b?c=/../d", "/x/y.css")
    denied = ("/orders/../admin", "/orders/%2e%2e/admin", "/ORDERS/1", "//orders/1", "/orders%2F1", "/y.css/x")
    with shop.applied(policy("paths", paths("/orders/*", "*.css"), namespace="production")):
        shop.holds({("api-gateway", "GET", path): path in passing for path in passing + denied})


def test_row_51_a_caller_is_who_its_certificate_says(shop: Shop) -> None:
    forged = "x-forwarded-client-cert: By=spiffe://a;URI=spiffe://cluster.local/ns/production/sa/api-gateway"
    only = policy("only-gateway", {"from": [principal("production/api-gateway")]}, namespace="production")
    with shop.applied(only):
        calls = {(caller, "GET", "/"): caller == "api-gateway" for caller in ("api-gateway", "prometheus", "outsider")}
        shop.holds(calls, "-H", forged, "-H", "x-forwarded-for: 127.0.0.1")


def test_row_97_the_truth_table_of_order_service(shop: Shop) -> None:
    with shop.applied(yaml.safe_load(ORDER_SERVICE_POLICY.read_text())):
        shop.holds(ORDER_SERVICE_CALLS)

"""What commands tell of mutual TLS and of policies, and that it is so (rows 87, 88, 116, 131)."""

import json
from typing import Any

import pytest
from mesh import Mesh, eventually

PLACE = "payments"


def named(group: str, kind: str, name: str, **spec: Any) -> dict[str, Any]:
    meta = {"name": name, "namespace": PLACE}
    return {"apiVersion": f"{group}.istio.io/v1", "kind": kind, "metadata": meta, "spec": spec}


def strict(**more: Any) -> dict[str, Any]:
    return named("security", "PeerAuthentication", "default", mtls={"mode": "STRICT"}, **more)


PLAIN = named("networking", "DestinationRule", "plain", host="api", trafficPolicy={"tls": {"mode": "DISABLE"}})
HOST = f"api.{PLACE}.svc.cluster.local"


@pytest.fixture(scope="module")
def payments(mesh: Mesh) -> Mesh:
    """An API and a client with proxies, and an old client without one in a namespace of its own."""
    labels = {"istio-injection": "enabled"}
    mesh.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": PLACE, "labels": labels}})
    mesh.deploy("api", namespace=PLACE)
    mesh.deploy("client", namespace=PLACE)
    mesh.deploy("old", inject=False)
    eventually(lambda: status(mesh, "client", PLACE) == "200", 15)
    return mesh


def status(mesh: Mesh, client: str, namespace: str) -> str:
    url = f"http://{HOST}:8080/"
    return mesh.curl(client, "-o", "/dev/null", "-w", "%{http_code}", url, namespace=namespace).stdout


def check(mesh: Mesh, *arguments: str) -> tuple[int, list[list[str]], str]:
    """The exit code of a tls-check, its rows, and what stands below."""
    done = mesh.lateen("authn", "tls-check", "deploy/client", "-n", PLACE, *arguments, check=False)
    table, _, below = done.stdout.partition("\n\n")
    return done.returncode, [line.split() for line in table.splitlines()[1:]], below


def test_row_87_the_policies_that_are_in_the_proxy_are_listed(payments: Mesh) -> None:
    source, post = {"principals": [f"cluster.local/ns/{PLACE}/sa/client"]}, {"operation": {"methods": ["GET", "POST"]}}
    rules = [{"from": [{"source": source}], "to": [post]}, {"to": [{"operation": {"paths": ["/healthz"]}}]}]
    chosen = {"matchLabels": {"app": "api"}}
    payments.apply(
        named("security", "AuthorizationPolicy", "allow-client", selector=chosen, rules=rules),
        named("security", "AuthorizationPolicy", "no-delete", selector=chosen, action="DENY",
              rules=[{"to": [{"operation": {"methods": ["DELETE"]}}]}]),
    )  # fmt: skip
    wanted = [["ACTION", "AuthorizationPolicy", "RULES"], ["ALLOW", f"allow-client.{PLACE}", "2"],
              ["DENY", f"no-delete.{PLACE}", "1"]]  # fmt: skip

    def listed(*words: str) -> list[list[str]]:
        done = payments.lateen(*words, "authz", "check", "deploy/api", "-n", PLACE)
        return [line.split() for line in done.stdout.splitlines()]

    eventually(lambda: listed() == wanted, 10)
    assert listed("x") == wanted
    missing = payments.lateen("authz", "check", "apy-1", "-n", PLACE, check=False)
    assert missing.returncode == 1 and "pods there: api-" in missing.stderr
    dump = payments.lateen("pc", "all", "deploy/client", "-n", PLACE, "-o", "json").stdout
    assert payments.lateen("authz", "check", "-f", "-", stdin=dump).stdout.split() == wanted[0]
    payments.lateen("delete", "authorizationpolicy", "allow-client", "no-delete", "-n", PLACE)


def test_rows_88_and_116_client_and_server_agree_or_it_is_said_who_made_them_disagree(payments: Mesh) -> None:
    code, rows, below = check(payments, HOST)
    assert (code, rows) == (0, [[f"{HOST}:8080", "AUTO", "PERMISSIVE", "AUTO", "-", "-"]])
    assert "auto mTLS" in below and "no PeerAuthentication: the default" in below
    payments.apply(strict(), PLAIN)
    eventually(lambda: status(payments, "client", PLACE) == "503", 10, "plaintext to be refused")
    code, rows, below = check(payments, "api")
    assert (code, rows) == (1, [[f"{HOST}:8080", "CONFLICT", "STRICT", "-", f"default/{PLACE}", f"plain/{PLACE}"]])
    assert "the client sends plaintext, and the server takes mutual TLS only" in below
    payments.delete(PLAIN)
    eventually(lambda: status(payments, "client", PLACE) == "200", 10)
    assert check(payments, "api")[1][0][1:5] == ["AUTO", "STRICT", "AUTO", f"default/{PLACE}"]
    code, rows, _ = check(payments)
    assert code == 0 and len(rows) > 1, "all that the client knows"
    payments.delete(strict())


def test_row_131_strict_is_refused_while_it_breaks_a_pod_without_a_proxy(payments: Mesh) -> None:
    eventually(lambda: status(payments, "old", "default") == "200", 10)
    plan = payments.lateen("mtls", "plan", "-n", PLACE, check=False)
    assert plan.returncode == 1 and "✘ pod default/old-" in plan.stdout
    assert "fix: label namespace default istio-injection=enabled" in plan.stdout
    refused = payments.lateen("mtls", "strict", "-n", PLACE, check=False)
    assert refused.returncode == 1 and "say --force" in refused.stderr
    assert status(payments, "old", "default") == "200", "nothing was changed"
    narrow = named("security", "PeerAuthentication", "default", mtls={"mode": "STRICT"},
                   selector={"matchLabels": {"app": "nobody"}})  # fmt: skip
    payments.apply(narrow)
    done = payments.lateen("mtls", "strict", "-n", PLACE, "--force")
    assert f"/strict in {PLACE} is STRICT" in done.stdout, "a policy for some workloads is not touched"
    eventually(lambda: status(payments, "old", "default") == "000", 10, "the old client to be refused")
    payments.lateen("delete", "peerauthentication", "default", "strict", "-n", PLACE)


def test_row_131_when_all_have_proxies_the_step_to_strict_is_taken(payments: Mesh) -> None:
    payments.apply(named("security", "PeerAuthentication", "permissive", mtls={"mode": "PERMISSIVE"}))
    payments.lateen("delete", "deployment", "old")
    eventually(lambda: not payments.pods("old"), 30)
    eventually(lambda: "✔ Ready" in payments.lateen("mtls", "plan", "-n", PLACE, check=False).stdout, 15)
    done = payments.lateen("mtls", "strict", "-n", PLACE)
    assert done.stdout.strip() == f"peerauthentication.security.istio.io/permissive in {PLACE} is STRICT"
    eventually(lambda: check(payments, "api")[1][0][1:3] == ["AUTO", "STRICT"], 10)
    assert status(payments, "client", PLACE) == "200"
    found = json.loads(payments.lateen("mtls", "plan", "-n", PLACE, "-o", "json").stdout)
    assert (found["mode"], found["policy"]) == ("STRICT", f"{PLACE}/permissive")

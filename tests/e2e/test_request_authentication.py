"""Tokens that requests carry, checked by real proxies with the keys of real issuers (rows 124 to 126)."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from issuers import ME, Provider
from mesh import ROOT, Mesh, eventually
from tokens import Issuer

SECURITY = "security.istio.io/v1"
OUTSIDE, LATE = "203.0.113.71", "203.0.113.72"


@pytest.fixture(scope="module")
def shop(mesh: Mesh) -> Mesh:
    for name in ("client", "web"):
        mesh.deploy(name)
    eventually(lambda: mesh.call("client", "http://web:8080/")[0] == 200, 10, "the way there")
    return mesh


@pytest.fixture(scope="module")
def provider(mesh: Mesh, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    made = Provider(mesh, "idp", OUTSIDE, tmp_path_factory.mktemp("idp"))
    made.start()
    yield made
    made.stop()


def authentication(name: str = "jwt-auth", **rule: Any) -> dict[str, Any]:
    spec = {"selector": {"matchLabels": {"app": "web"}}, "jwtRules": [{"issuer": ME, **rule}]}
    return {"apiVersion": SECURITY, "kind": "RequestAuthentication", "metadata": {"name": name}, "spec": spec}


@pytest.fixture
def put(shop: Mesh) -> Iterator[Any]:
    """Applies the policies of a test."""
    made: list[dict[str, Any]] = []

    def apply(*policies: dict[str, Any]) -> None:
        made.extend(policies)
        shop.apply(*policies)

    yield apply
    shop.delete(*made)


def ask(mesh: Mesh, token: str = "", *more: str) -> tuple[int, Any]:
    """GET from the client: the status, and what the application saw or the words of the refusal."""
    bearer = ("-H", f"Authorization: Bearer {token}") if token else ()
    done = mesh.curl("client", "-w", "\n%{http_code}", "http://web:8080/", *bearer, *more)
    body, _, status = done.stdout.rpartition("\n")
    seen = mesh.call("client", "http://web:8080/", *bearer, *more)[1] if status == "200" else None
    return int(status or 0), seen or body


def test_row_124_good_tokens_pass_with_their_header_and_bad_ones_are_refused(shop: Mesh, provider: Provider, put: Any) -> None:  # fmt: skip
    put(authentication(jwksUri=provider.url, audiences=["api"], forwardOriginalToken=True))
    me = provider.issuer
    eventually(lambda: ask(shop, "no.good.token")[0] == 401, 10, "the policy")
    good = me.token(aud="api")
    eventually(lambda: ask(shop, good)[0] == 200, 10, "the keys")
    assert ask(shop, good)[1]["headers"]["authorization"] == f"Bearer {good}"
    assert ask(shop)[0] == 200, "no token is none that is bad"
    assert ask(shop, me.token(aud="api", life=-600)) == (401, "Jwt is expired")
    assert ask(shop, Issuer(ME).token(aud="api")) == (401, "Jwt verification fails")
    assert ask(shop, Issuer("https://other.example.com").token(aud="api")) == (401, "Jwt issuer is not configured")
    assert ask(shop, me.token(aud="bank")) == (401, "Audiences in Jwt are not allowed"), "issued for somebody else"


def test_malformed_and_oversize_tokens_are_refused(shop: Mesh, provider: Provider, put: Any) -> None:
    put(authentication(jwksUri=provider.url))
    good = provider.issuer.token()
    eventually(lambda: ask(shop, good)[0] == 200 and ask(shop, "x.y.z")[0] == 401, 10, "the policy")
    head, claims, signature = good.split(".")
    none = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}
    for bad in ("x", "..", f"{head}.{claims}", f"{head}.{claims}.", f"{none}.{claims}.", f"{none}.{claims}.{signature}",
                f"{head}.{claims}.{signature[:-8]}AAAAAAAA", good + "x", f"{head}.{claims}x.{signature}"):  # fmt: skip
        assert ask(shop, bad)[0] == 401, bad
    assert ask(shop, "x" * 100_000)[0] in (401, 431)
    assert ask(shop, good)[0] == 200


def test_tokens_stand_where_the_rule_says_and_claims_become_headers(shop: Mesh, provider: Provider, put: Any) -> None:
    put(
        authentication(
            jwksUri=provider.url, fromHeaders=[{"name": "x-token", "prefix": "Token "}], fromParams=["t"], fromCookies=["session"],
            outputPayloadToHeader="x-payload", outputClaimToHeaders=[{"header": "x-who", "claim": "sub"}],
        )
    )  # fmt: skip
    token = provider.issuer.token("alice")
    eventually(lambda: ask(shop, "", "-H", "x-token: Token a.b.c")[0] == 401, 10, "the policy")
    for more in (("-H", f"x-token: Token {token}"), ("-H", f"Cookie: session={token}"), ("-G", "-d", f"t={token}")):
        status, seen = eventually(lambda more=more: ask(shop, "", *more), 10, "the keys")
        assert (status, seen["headers"]["x-who"]) == (200, "alice"), more
        assert seen["headers"]["x-payload"] and "x-token" not in seen["headers"]
    assert ask(shop, "not.looked.at")[0] == 200, "this is not where tokens stand"
    seen = ask(shop, "", "-H", "x-who: mallory", "-H", f"x-token: Token {token}")[1]
    assert seen["headers"]["x-who"] == "alice", "what the client says of itself does not count"


def test_row_125_requests_without_a_token_can_be_denied(shop: Mesh, provider: Provider, put: Any) -> None:
    nobody = [{"from": [{"source": {"notRequestPrincipals": ["*"]}}]}]
    spec = {"selector": {"matchLabels": {"app": "web"}}, "action": "DENY", "rules": nobody}
    require = {"apiVersion": SECURITY, "kind": "AuthorizationPolicy", "metadata": {"name": "require-jwt"}, "spec": spec}
    put(authentication(jwksUri=provider.url), require)
    eventually(lambda: ask(shop)[0] == 403, 10, "the policy")
    assert ask(shop) == (403, "RBAC: access denied")
    eventually(lambda: ask(shop, provider.issuer.token())[0] == 200, 10, "the keys")
    assert ask(shop, Issuer(ME).token())[0] == 401


def test_row_126_a_late_issuer_is_found_and_its_last_keys_stay(shop: Mesh, put: Any, tmp_path: Path) -> None:
    late = Provider(shop, "late", LATE, tmp_path)
    put(authentication(jwksUri=late.url))
    token = late.issuer.token()
    eventually(lambda: ask(shop, token) == (401, "Jwks remote fetch is failed"), 10, "without keys nobody gets in")
    assert ask(shop)[0] == 200
    eventually(lambda: "tokens are refused until there are keys" in told(shop), 10, "the status says why")
    late.start()
    try:
        eventually(lambda: ask(shop, token)[0] == 200, 10, "the issuer is found within 10 s")
        eventually(lambda: not told(shop), 10, "and nothing is told of it any more")
    finally:
        late.stop()
    assert ask(shop, token)[0] == 200
    assert ask(shop, Issuer(ME).token())[0] == 401


def told(mesh: Mesh) -> str:
    """What the policy's status says of it, beside that it is in force."""
    conditions = mesh.get("requestauthentication", "jwt-auth")["status"]["conditions"]
    return str(next(each for each in conditions if each["type"] == "Accepted").get("message", ""))


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/keys", "http://10.96.0.1/keys", "http://169.254.169.254/keys", "http://10.244.0.1:15012/keys"])  # fmt: skip
def test_keys_are_not_fetched_from_inner_addresses(shop: Mesh, put: Any, url: str) -> None:
    put(authentication(jwksUri=url))
    eventually(lambda: "it is not fetched from" in told(shop), 10, "the status says why")
    eventually(lambda: ask(shop, Issuer(ME).token())[0] == 401, 10, "nobody gets in")


def test_an_issuer_inside_the_mesh_is_asked_by_the_proxies_over_its_mutual_tls(shop: Mesh, put: Any) -> None:
    issuer = Issuer(ME)
    labels = {"app": "idp"}
    pod = {"containers": [{"name": "idp", "image": "test/idp", "readinessProbe": {"tcpSocket": {"port": 8080}},
                           "env": [{"name": "KEYS", "value": "/keys/keys"}], "volumeMounts": [{"name": "keys", "mountPath": "/keys"}]}],
           "volumes": [{"name": "keys", "configMap": {"name": "keys"}}]}  # fmt: skip
    image = {"images": ["test/idp*"], "directory": str(ROOT / "tests/e2e/apps"), "command": ["python", "idp.py"]}
    shop.apply(
        {"apiVersion": "lateen.dev/v1alpha1", "kind": "ProcessImage", "metadata": {"name": "idp"}, "spec": image},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "keys"}, "data": {"keys": issuer.jwks}},
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "idp"}, "spec": {"selector": labels, "ports": [{"name": "http", "port": 8080}]}},
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "idp"}, "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod}}},
        {"apiVersion": SECURITY, "kind": "PeerAuthentication", "metadata": {"name": "idp"}, "spec": {"selector": {"matchLabels": labels}, "mtls": {"mode": "STRICT"}}},
    )  # fmt: skip
    shop.wait_ready("idp")
    put(authentication(jwksUri="http://idp.default.svc.cluster.local:8080/keys"))
    eventually(lambda: ask(shop, issuer.token())[0] == 200, 15, "keys by the mesh")
    assert ask(shop, Issuer(ME).token())[0] == 401


def test_a_gateway_chooses_routes_by_claims(shop: Mesh, provider: Provider, put: Any) -> None:
    def at(claim: str, how: dict[str, str], status: int) -> dict[str, Any]:
        return {"match": [{"headers": {f"@request.auth.claims{claim}": how}}], "directResponse": {"status": status}}

    server = {"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": ["*"]}
    rules = [
        at(".groups", {"exact": "admin"}, 290),
        at("[sub]", {"prefix": "al"}, 291),
        {"directResponse": {"status": 292}},
    ]
    networking = "networking.istio.io/v1"
    put(
        {"apiVersion": networking, "kind": "Gateway", "metadata": {"name": "edge"}, "spec": {"selector": {"istio": "ingressgateway"}, "servers": [server]}},
        {"apiVersion": networking, "kind": "VirtualService", "metadata": {"name": "edge"}, "spec": {"hosts": ["*"], "gateways": ["edge"], "http": rules}},
        {"apiVersion": SECURITY, "kind": "RequestAuthentication", "metadata": {"name": "edge", "namespace": "istio-system"},
         "spec": {"selector": {"matchLabels": {"istio": "ingressgateway"}}, "jwtRules": [{"issuer": ME, "jwksUri": provider.url}]}},
    )  # fmt: skip
    me = provider.issuer
    eventually(lambda: entering(shop, me.token("bob", groups=["user", "admin"])) == 290, 15, "the keys")
    assert entering(shop, me.token("alice", groups="user")) == 291
    assert entering(shop, me.token("bob")) == entering(shop) == 292
    assert entering(shop, Issuer(ME).token("alice")) == 401


def entering(mesh: Mesh, token: str = "") -> int:
    """The status of a request from outside the mesh."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(f"{mesh.gateway}/", headers=headers), timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0

"""Strategies for AuthorizationPolicies and for calls that they are about, of few words, so that the two often meet."""

import base64
import hmac
import json
from typing import Any

from hypothesis import strategies as st
from small_meshes import NUMBERS, PORTS
from worlds import istio, mesh_config, pod, service, slices

from lateen.simulate.call import Call

Raw = dict[str, Any]
ADDRESS = "10.1.0.3"
SERVER = pod("web-1", ADDRESS, {"version": "v1"}, account="web")
SPIFFE = "spiffe://cluster.local/"
ALIAS = "spiffe://old.td/"

KEY = b"a key that everybody may know here"


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


KEYS = json.dumps({"keys": [{"kty": "oct", "alg": "HS256", "kid": "k", "k": encoded(KEY)}]})
TOKENS_OF = istio("RequestAuthentication", "tokens", "{}") | {
    "spec": {"jwtRules": [{"issuer": issuer, "jwks": KEYS} for issuer in ("https://i.com", "i")]}
}


def token(claims: Raw) -> str:
    """A token with these claims, signed."""
    parts = (json.dumps(part).encode() for part in ({"alg": "HS256", "kid": "k"}, claims))
    signed = ".".join(map(encoded, parts))
    return f"{signed}.{encoded(hmac.digest(KEY, signed.encode(), 'sha256'))}"


ACCOUNTS = ["ns/shop/sa/a", "ns/shop/sa/b", "ns/bank/sa/a", "ns/bank/sa/a.b"]
PATHS = ["/", "/a", "/a/b", "/A", "/a/", "//a", "/a//b", "/a/../b", "/a/./b", "/a%2Fb", "/a%2f..%2fb", "/a;x=1", "/a/b?x=/c",
         "/a\\b", "/%61", "/a/%2e%2e/b", "/a/b/c", "/a.b", "/a/b/", "/ab", "/a/b%20c", "/%2dA%7e", "/%41", "/a/..", "/../a", "/a%5Cb"]  # fmt: skip
HOSTS = ["web", "WEB", "web:80", "web.shop", "other.com", "other.com:8080"]
METHODS = ["GET", "POST", "PUT", "DELETE"]
HEADERS: list[Raw] = [{}, {}, {"x-a": "1"}, {"X-A": "12"}, {"x-a": ""}, {"x-forwarded-for": "192.0.2.7"},
                      {"x-forwarded-for": "192.0.2.7, 10.2.0.1"}, {"x-forwarded-client-cert": f"URI={SPIFFE}ns/shop/sa/a"}]  # fmt: skip
TOKENS: list[Raw | None] = [
    None,
    None,
    {"iss": "https://i.com", "sub": "s"},
    {"iss": "https://i.com", "sub": "s2", "aud": ["x", "y"], "azp": "p"},
    {"iss": "i", "sub": "s", "aud": "x", "nested": {"key": "v"}},
    {"iss": "i", "groups": ["g1", "g2"]},
]

BLOCKS = ["10.1.0.9", "10.1.0.0/16", "192.0.2.0/24", "10.2.0.0/16", "0.0.0.0/0"]
NAMES = ["1", "1*", "*2", "*"]
PRINCIPALS = [f"cluster.local/{account}" for account in ACCOUNTS] + ["*", "*/sa/b", "cluster.local/ns/bank/*", "td/ns/a/sa/b", "*a", "old.td/ns/shop/sa/a", "old*/ns/shop/sa/b"]  # fmt: skip
SOURCES = {
    "principals": PRINCIPALS,
    "requestPrincipals": ["*", "https://i.com/s", "https://i.com/*", "i/s", "*s", "i", "https://i*", "*/s"],
    "namespaces": ["shop", "bank", "b*", "*nk", "*"],
    "serviceAccounts": ["a", "bank/a", "bank/a.b", "shop/b"],
    "trustDomains": ["cluster.local", "td", "old.td", "cl*", "*"],
    "ipBlocks": BLOCKS,
    "remoteIpBlocks": BLOCKS,
}
OPERATIONS = {
    "hosts": ["web", "WEB", "web:*", "*.com", "*", "other.com"],
    "methods": ["GET", "P*", "*T", "*", "get"],
    "ports": ["80", "81", "9000"],
    "paths": ["/a", "/a/*", "*/b", "*", "/a/{*}", "/a/{**}", "/{*}/b", "/{**}/b", "/A", "/a.b", "/b", "/a/b"],
}
CONDITIONS = {
    "request.headers[x-a]": NAMES,
    "request.headers[X-A]": NAMES,
    "source.ip": BLOCKS,
    "remote.ip": BLOCKS,
    "source.namespace": SOURCES["namespaces"],
    "source.principal": PRINCIPALS,
    "source.serviceAccount": SOURCES["serviceAccounts"],
    "source.trustDomain": SOURCES["trustDomains"],
    "request.auth.principal": SOURCES["requestPrincipals"],
    "request.auth.audiences": ["x", "y", "*"],
    "request.auth.presenter": ["p", "*"],
    "request.auth.claims[groups]": ["g1", "g*", "*3"],
    "request.auth.claims[nested][key]": ["v", "*"],
    "destination.ip": [ADDRESS, "10.9.0.0/16"],
    "destination.port": ["80", "81", "9000"],
    "connection.sni": ["a.com", "*.com", "b*", "*"],
    "experimental.envoy.filters.http.jwt_authn[payload][groups]": ["[g1]", "[*2]"],
    "experimental.envoy.filters.http.jwt_authn[payload][iss]": ["i", "[i]"],
}


def _values(words: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(words), min_size=1, max_size=2, unique=True)


@st.composite
def _fields(draw: st.DrawFn, words: dict[str, list[str]]) -> Raw:
    names = draw(st.lists(st.sampled_from(sorted(words)), min_size=1, max_size=2, unique=True))
    if "serviceAccounts" in names:
        names = [name for name in names if name not in ("principals", "namespaces")]
    found = {}
    for name in names:
        field = f"not{name[0].upper()}{name[1:]}" if draw(st.booleans()) and draw(st.booleans()) else name
        found[field] = draw(_values(words[name]))
    return found


@st.composite
def _conditions(draw: st.DrawFn) -> Raw:
    key = draw(st.sampled_from(sorted(CONDITIONS)))
    field = draw(st.sampled_from(["values", "values", "notValues"]))
    return {"key": key, field: draw(_values(CONDITIONS[key]))}


@st.composite
def _rules(draw: st.DrawFn) -> Raw:
    parts: Raw = {}
    if draw(st.booleans()):
        parts["from"] = [{"source": one} for one in draw(st.lists(_fields(SOURCES), min_size=1, max_size=2))]
    if draw(st.booleans()):
        parts["to"] = [{"operation": one} for one in draw(st.lists(_fields(OPERATIONS), min_size=1, max_size=2))]
    if draw(st.booleans()):
        parts["when"] = draw(st.lists(_conditions(), min_size=1, max_size=2))
    return parts


@st.composite
def _policies(draw: st.DrawFn, name: str) -> Raw:
    spec: Raw = {"action": draw(st.sampled_from(["ALLOW", "ALLOW", "DENY", "DENY", "AUDIT"]))}
    spec["rules"] = draw(st.lists(_rules(), max_size=2))
    if draw(st.booleans()):
        spec["selector"] = {"matchLabels": draw(st.sampled_from([{"app": "web"}, {"version": "v1"}, {"app": "else"}]))}
    made = istio("AuthorizationPolicy", name, "{}", namespace=draw(st.sampled_from(["shop", "shop", "istio-system"])))
    if spec["action"] != "AUDIT" and draw(st.integers(0, 5)) == 0:
        made["metadata"]["annotations"] = {"istio.io/dry-run": "true"}
    return made | {"spec": spec}


@st.composite
def guarded_meshes(draw: st.DrawFn) -> list[Raw]:
    """A workload with up to four policies."""
    normalization = draw(st.sampled_from(["NONE", "DEFAULT", "BASE", "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES"]))
    policies = [draw(_policies(f"p{number}")) for number in range(draw(st.integers(1, 4)))]
    return [
        mesh_config(f"trustDomainAliases: [old.td]\npathNormalization: {{normalization: {normalization}}}"),
        service("web", PORTS, address="10.96.0.10"),
        slices("web", {"web-1": ADDRESS}, NUMBERS),
        TOKENS_OF,
        *policies,
    ]


class Calls(list[Call]):
    """Calls, of which Hypothesis is not to tell all when one of them fails."""

    def __repr__(self) -> str:
        return f"{len(self)} calls"


def many_calls() -> st.SearchStrategy[Calls]:
    """As many calls as a proxy that has just started is worth."""
    return st.lists(guarded_calls(), min_size=100, max_size=120).map(Calls)


@st.composite
def guarded_calls(draw: st.DrawFn) -> Call:
    """A call that reaches the workload."""
    account = draw(st.sampled_from([*ACCOUNTS, ""]))
    who: Raw = {"client": draw(st.sampled_from(["10.1.0.9", "10.2.0.1"]))}
    if account:
        name = draw(st.sampled_from(["a.com", "b.org"]))
        domain = draw(st.sampled_from([SPIFFE, SPIFFE, ALIAS]))
        who |= {"tls": "mtls", "identity": domain + account, "sni": name}
    if draw(st.integers(0, 9)) == 0:
        return Call(port=9000, mode="inbound", address=ADDRESS, protocol="tcp", **who)
    claims = draw(st.sampled_from(TOKENS))
    headers = dict(draw(st.sampled_from(HEADERS)))
    if claims is not None:
        headers["authorization"] = f"Bearer {token(claims)}"
    return Call(
        port=draw(st.sampled_from([80, 80, 81])),
        mode="inbound",
        address=ADDRESS,
        host=draw(st.sampled_from(HOSTS)),
        path=draw(st.sampled_from(PATHS)),
        method=draw(st.sampled_from(METHODS)),
        headers=headers,
        claims=claims,
        **who,
    )

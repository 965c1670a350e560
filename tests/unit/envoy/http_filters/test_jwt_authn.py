import urllib.error
import urllib.request

import pytest
from tokens import Issuer

from lateen.envoy.build import Builder
from lateen.envoy.http_filters.jwt_authn import jwt_authn
from lateen.plan.listener import Chain, ChainMatch, HttpProxy, Listener
from lateen.plan.matching import RouteMatch
from lateen.plan.route import DirectResponse, Route, RouteConfig, VirtualHost
from lateen.plan.tokens import Keys, TokenIssuer
from lateen.plan.upstream import Upstream

KNOWN, UNKNOWN = Issuer("known"), Issuer("unknown")
ROUTES = RouteConfig(
    name="r",
    virtual_hosts=(
        VirtualHost(name="v", domains=("*",), routes=(Route(match=RouteMatch(), action=DirectResponse(200, "hello")),)),
    ),
)


def config(*issuers, edge=False):
    return jwt_authn(HttpProxy(stat_prefix="s", routes=ROUTES, tokens=issuers, edge=edge)).config


def issuer(name="me", **more):
    return TokenIssuer(keys=Keys(text="{}"), issuer=name, **more)


def test_nobodys_tokens_need_no_filter():
    assert jwt_authn(HttpProxy(stat_prefix="s", routes=ROUTES)) is None


def test_a_good_token_or_none_is_required():
    rule = config(issuer()).rules[0]
    assert rule.match.prefix == "/"
    good, missing = rule.requires.requires_any.requirements
    assert good.provider_name == "origins-0" and missing.HasField("allow_missing")


def test_of_several_any_good_one_will_do_and_no_bad_one():
    *either, every = config(issuer("a"), issuer("b")).rules[0].requires.requires_any.requirements
    assert [one.provider_name for one in either] == ["origins-0", "origins-1"]
    each = [one.requires_any.requirements for one in every.requires_all.requirements]
    assert [(good.provider_name, missing.HasField("allow_missing")) for good, missing in each] == [
        ("origins-0", True),
        ("origins-1", True),
    ]


def test_all_that_is_said_of_an_issuer_is_told():
    provider = config(
        issuer(
            audiences=("a",), headers=(("x-t", "Token "),), params=("p",), cookies=("c",), forward=True,
            payload_header="x-payload", claim_headers=(("x-sub", "sub"),), space_delimited=("scope",),
        )
    ).providers["origins-0"]  # fmt: skip
    assert (list(provider.audiences), list(provider.from_params), list(provider.from_cookies)) == (["a"], ["p"], ["c"])
    assert (provider.from_headers[0].name, provider.from_headers[0].value_prefix) == ("x-t", "Token ")
    assert provider.forward and provider.forward_payload_header == "x-payload"
    assert (provider.claim_to_headers[0].header_name, provider.claim_to_headers[0].claim_name) == ("x-sub", "sub")
    assert provider.payload_in_metadata == "payload"
    assert list(provider.normalize_payload_in_metadata.space_delimited_claims) == ["scope"]


def test_routes_of_gateways_may_be_chosen_by_claims():
    assert config(issuer(), edge=True).providers["origins-0"].clear_route_cache
    assert not config(issuer()).providers["origins-0"].clear_route_cache


def test_proxies_fetch_the_keys_of_a_service_ahead():
    keys = Keys(url="http://idp/keys", upstream="outbound|80||idp", timeout_ms=2000)
    remote = config(TokenIssuer(keys=keys)).providers["origins-0"].remote_jwks
    assert (remote.http_uri.cluster, remote.http_uri.timeout.seconds) == ("outbound|80||idp", 2)
    assert remote.async_fetch.fast_listener


@pytest.fixture
def port(free_port, run_envoy):
    """Envoy as the server of two issuers, of one of which no key is known."""
    tokens = (
        TokenIssuer(issuer="known", keys=Keys(text=KNOWN.jwks), audiences=("web",)),
        TokenIssuer(issuer="unknown", keys=Keys()),
    )
    proxy = HttpProxy(stat_prefix="s", routes=ROUTES, tokens=tokens)
    port = free_port()
    chains = (Chain(name="c", match=ChainMatch(), proxy=proxy),)
    listener = Listener(name="l", address="127.0.0.1", port=port, direction="INBOUND", bind=True, chains=chains)
    build = Builder()
    black_hole = build.cluster(Upstream(name="BlackHoleCluster", discovery="STATIC"))
    run_envoy("tokens", listeners=[build.listener(listener)], clusters=[black_hole])
    return port


def ask(port, token=""):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_real_envoy_takes_good_tokens_and_none_and_says_why_others_are_bad(port):
    assert ask(port) == (200, "hello")
    assert ask(port, KNOWN.token(aud="web")) == (200, "hello")
    assert ask(port, KNOWN.token(aud="web", life=-600)) == (401, "Jwt is expired")
    assert ask(port, KNOWN.token(aud="other")) == (401, "Audiences in Jwt are not allowed")
    assert ask(port, Issuer("known").token(aud="web"))[0] == 401
    assert ask(port, Issuer("stranger").token()) == (401, "Jwt issuer is not configured")
    assert ask(port, "no.token")[0] == 401


def test_without_keys_every_token_of_an_issuer_is_refused(port):
    assert ask(port, UNKNOWN.token()) == (401, "Jwks remote fetch is failed")

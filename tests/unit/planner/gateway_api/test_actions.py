import pytest
import re2
from msgspec.structs import replace
from worlds import decode_spec

from lateen.kinds.gateway_api.http_filters import HTTPRouteFilter
from lateen.kinds.gateway_api.http_route import HTTPBackendRef
from lateen.plan.route import DirectResponse, Redirect, Rewrite
from lateen.planner.gateway_api.actions import Filters, plan_copies, plan_shares, read_filters
from lateen.planner.gateway_api.backends import NOWHERE
from lateen.planner.http_rule import Copy, Refer
from lateen.planner.target import Target

WEB, API = Target("web.shop.svc.cluster.local", 80), Target("api.shop.svc.cluster.local", 80)


def read(text: str) -> Filters:
    return read_filters(decode_spec(tuple[HTTPRouteFilter, ...], text))


def rewrite(said: str) -> Rewrite | None:
    return read(f"[{{type: URLRewrite, urlRewrite: {said}}}]").whole_rewrite


def redirect(said: str) -> Refer | None:
    return read(f"[{{type: RequestRedirect, requestRedirect: {said}}}]").redirect


def shares(text: str):
    backends = [(one, read_filters(one.filters)) for one in decode_spec(tuple[HTTPBackendRef, ...], text)]
    return plan_shares(backends, "shop", lambda reference: False)


def test_a_path_is_rewritten_whole_or_in_its_prefix():
    prefix = "{hostname: a.x, path: {type: ReplacePrefixMatch, replacePrefixMatch: /b}}"
    assert rewrite(prefix) == Rewrite(path="/b", authority="a.x")
    whole = rewrite("{path: {type: ReplaceFullPath, replaceFullPath: /b}}")
    assert re2.sub(whole.regex, whole.substitution, "/a/c") == "/b"
    assert rewrite("{path: {type: ReplacePrefixMatch, replacePrefixMatch: ''}}") == Rewrite(path="/")


def test_the_port_of_a_redirect_is_said_or_the_schemes_or_the_requests():
    assert redirect("{port: 81}") == Refer(Redirect(port=81, status=302), terse=True)
    assert redirect("{scheme: https}") == Refer(Redirect(scheme="https", status=302), "scheme", terse=True)
    assert redirect("{hostname: a.x, statusCode: 301}") == Refer(Redirect(authority="a.x"), "request", terse=True)


@pytest.mark.parametrize(
    ("share", "percent"),
    [("", 100.0), (", percent: 5", 5.0), (", fraction: {numerator: 1, denominator: 8}", 12.5), (", percent: 0", None)],
)
def test_copies_are_all_or_a_share(share, percent):
    found = read(f"[{{type: RequestMirror, requestMirror: {{backendRef: {{name: api, port: 80}}{share}}}}}]")
    copies = plan_copies(found.mirrors, "shop", lambda reference: False)
    assert copies == ((Copy(API, percent),) if percent else ())


def test_copies_that_lead_nowhere_are_left_out():
    found = read("[{type: RequestMirror, requestMirror: {backendRef: {name: api, namespace: bank, port: 80}}}]")
    assert plan_copies(found.mirrors, "shop", lambda reference: False) == ()


def test_backends_share_by_weight():
    found = shares("[{name: web, port: 80, weight: 9}, {name: api, port: 80}, {name: none, port: 80, weight: 0}]")
    assert [(one.target, one.weight) for one in found] == [(WEB, 9), (API, 1)]
    assert shares("[{name: web, port: 80, weight: 7}]")[0].weight == 100


def test_a_backend_that_means_nothing_keeps_its_share():
    found = shares("[{name: web, port: 80}, {name: api, namespace: bank, port: 80}]")
    assert [one.target for one in found] == [WEB, NOWHERE]


@pytest.mark.parametrize("said", ["[]", "[{name: web, port: 80, weight: 0}]", "[{name: x, kind: Bucket}]"])
def test_without_a_backend_requests_are_answered_with_an_error(said):
    assert shares(said) == DirectResponse(500)


def test_a_backend_may_change_headers():
    change = "{type: RequestHeaderModifier, requestHeaderModifier: {add: [{name: a, value: b}]}}"
    (only,) = shares(f"[{{name: web, port: 80, filters: [{change}]}}]")
    assert only.request_headers.add == (("a", "b"),)


def test_the_filters_of_an_only_backend_count_beside_the_rules():
    rule = read("[{type: URLRewrite, urlRewrite: {hostname: a.x, path: {type: ReplaceFullPath, replaceFullPath: /b}}}]")
    only = read("[{type: URLRewrite, urlRewrite: {hostname: b.x}}, {type: CORS, cors: {allowOrigins: ['*']}}]")
    both = rule.beside(only)
    assert both.rewrite == replace(rule.rewrite, authority="b.x") and both.cors == only.cors
    assert rule.beside(read("[]")) == rule


@pytest.mark.parametrize(
    "said",
    [
        "{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: /b}}}",
        "{type: RequestRedirect, requestRedirect: {hostname: a.x}}",
        "{type: CORS, cors: {allowOrigins: ['*']}}",
    ],
)
def test_one_of_several_backends_cannot_ask_for_what_is_the_rules(said):
    assert shares(f"[{{name: web, port: 80}}, {{name: api, port: 80, filters: [{said}]}}]") == DirectResponse(500)


def test_a_filter_of_others_is_not_known():
    assert read("[{type: ExtensionRef, extensionRef: {group: a.x, kind: K, name: n}}]").unknown
    assert not read("[]").unknown


@pytest.mark.parametrize(
    ("origin", "taken", "refused"),
    [
        ("*", "https://any.x", None),
        ("https://a.x", "https://a.x", "https://b.x"),
        ("https://*.a.x", "https://b.a.x", "https://a.x"),
        ("http://*", "http://any.x:81", "https://any.x"),
    ],
)
def test_cors_takes_origins_by_name_or_by_pattern(origin, taken, refused):
    cors = read(f"[{{type: CORS, cors: {{allowOrigins: ['{origin}'], allowMethods: [GET], maxAge: 9}}}}]").cors
    (match,) = cors.origins

    def takes(text: str) -> bool:
        return match.value == text if match.kind == "exact" else re2.fullmatch(match.value, text) is not None

    assert takes(taken) and not (refused and takes(refused))
    assert (cors.methods, cors.max_age_s, cors.forward_unmatched) == (("GET",), 9, False)

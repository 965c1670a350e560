import pytest
from worlds import gateway_api

from lateen.kinds.decode import decode
from lateen.plan.matching import NamedMatch, RouteMatch, StringMatch
from lateen.plan.route import DirectResponse, Retries, Rewrite
from lateen.planner.gateway_api.http_route import http_rules
from lateen.planner.http_rule import HttpRule, Send

TO = "backendRefs: [{name: web, port: 80}]"


def rules(text: str) -> list[HttpRule]:
    return list(http_rules(decode(gateway_api("HTTPRoute", "r", f"{{rules: {text}}}")), lambda reference: True))


def sent(rule: str) -> Send:
    (found,) = rules(f"[{{{TO}, {rule}}}]")
    assert isinstance(found.action, Send)
    return found.action


@pytest.mark.parametrize(
    ("match", "planned"),
    [
        ("{}", RouteMatch(path=StringMatch("path_prefix", "/"))),
        ("{path: {type: Exact, value: /a}}", RouteMatch(path=StringMatch("exact", "/a"))),
        ("{path: {type: RegularExpression, value: '/a.*'}}", RouteMatch(path=StringMatch("regex", "/a.*"))),
    ],
)
def test_paths_are_matched_as_said(match, planned):
    assert [one.request for one in rules(f"[{{matches: [{match}], {TO}}}]")[0].matches] == [planned]


def test_headers_parameters_and_methods_are_matched():
    parameters = "queryParams: [{type: RegularExpression, name: Q, value: 'x+'}]"
    match = f"{{headers: [{{name: A, value: b}}], {parameters}, method: GET}}"
    (found,) = rules(f"[{{matches: [{match}], {TO}}}]")[0].matches
    assert found.request.headers == (
        NamedMatch("a", StringMatch("exact", "b")),
        NamedMatch(":method", StringMatch("exact", "GET")),
    )
    assert found.request.query == (NamedMatch("Q", StringMatch("regex", "x+")),)


def test_a_rule_has_its_own_name_or_its_place():
    assert [rule.name for rule in rules(f"[{{name: one, {TO}}}, {{{TO}}}]")] == ["one", "shop.r.1"]
    assert rules(f"[{{{TO}}}]")[0].origin.field == "spec.rules[0]"


def test_times_are_those_of_the_request_and_of_each_try():
    assert sent("timeouts: {request: 1s}").timeout_ms == 1000
    assert sent("timeouts: {request: 0s}").timeout_ms == 0
    assert sent("timeouts: {backendRequest: 500ms}").timeout_ms == 500
    both = sent("timeouts: {request: 1s, backendRequest: 500ms}, retry: {attempts: 2}")
    assert (both.timeout_ms, both.retries.per_try_timeout_ms) == (1000, 500)


def test_retries_are_the_meshs_unless_said():
    assert sent("name: x").retries is None
    said = sent("retry: {attempts: 3, codes: [500], backoff: 10ms}").retries
    assert said == Retries(attempts=3, statuses=(500,), backoff_ms=10)


def test_what_leads_nowhere_is_answered_with_an_error():
    assert rules("[{}]")[0].action == DirectResponse(500)
    unknown = "{type: ExtensionRef, extensionRef: {group: a.x, kind: K, name: n}}"
    assert rules(f"[{{filters: [{unknown}], {TO}}}]")[0].action == DirectResponse(500)
    assert sent("name: x").missing == 500


def test_a_host_that_is_set_as_a_header_is_rewritten():
    change = "{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: Host, value: a.x}]}}"
    assert sent(f"filters: [{change}]").rewrite == Rewrite(authority="a.x")

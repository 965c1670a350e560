import pytest
from worlds import gateway_api

from lateen.kinds.decode import decode
from lateen.plan.matching import NamedMatch, StringMatch
from lateen.plan.route import DirectResponse
from lateen.planner.gateway_api.grpc_route import grpc_rules
from lateen.planner.http_rule import HttpRule, Send

TO = "backendRefs: [{name: web, port: 80}]"


def rules(text: str) -> list[HttpRule]:
    return list(grpc_rules(decode(gateway_api("GRPCRoute", "r", f"{{rules: {text}}}")), lambda reference: True))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("{service: a.B, method: C}", StringMatch("exact", "/a.B/C")),
        ("{service: a.B}", StringMatch("prefix", "/a.B/")),
        ("{method: C}", StringMatch("regex", "/[^/]+/C")),
        ("{type: RegularExpression, service: 'a.*', method: C}", StringMatch("regex", "/a.*/C")),
    ],
)
def test_a_call_is_told_by_service_and_method(method, path):
    (match,) = rules(f"[{{matches: [{{method: {method}}}], {TO}}}]")[0].matches
    assert match.request.path == path


def test_headers_are_matched():
    (match,) = rules(f"[{{matches: [{{headers: [{{name: A, value: b}}]}}], {TO}}}]")[0].matches
    assert match.request.headers == (NamedMatch("a", StringMatch("exact", "b")),)


def test_a_rule_without_matches_takes_every_call():
    (rule,) = rules(f"[{{{TO}}}]")
    assert rule.matches[0].request.path == StringMatch("path_prefix", "/")
    assert isinstance(rule.action, Send) and rule.name == "shop.r.0"


def test_without_a_backend_calls_are_answered_with_an_error():
    assert rules("[{}]")[0].action == DirectResponse(500)
    assert rules("[]")[0].action == DirectResponse(500)


def test_headers_are_changed():
    change = "{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: a, value: b}]}}"
    assert rules(f"[{{filters: [{change}], {TO}}}]")[0].response_headers.set == (("a", "b"),)

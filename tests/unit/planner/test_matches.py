import msgspec
import pytest

from lateen.kinds.networking.http_match import HTTPMatchRequest
from lateen.plan.matching import NamedMatch, RouteMatch, StringMatch
from lateen.planner.matches import is_catch_all, plan_match, where
from lateen.planner.site import Where


def planned(match: str) -> RouteMatch:
    return plan_match(msgspec.yaml.decode(match, type=HTTPMatchRequest))


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("uri: {exact: /a}", StringMatch("exact", "/a")),
        ("uri: {prefix: /a}", StringMatch("prefix", "/a")),
        ("uri: {regex: /a.*}", StringMatch("regex", "/a.*")),
        ("{uri: {prefix: /a}, ignoreUriCase: true}", StringMatch("prefix", "/a", True)),
        ("{uri: {regex: /a}, ignoreUriCase: true}", StringMatch("regex", "/a")),
        ("{}", None),
    ],
)
def test_the_path_is_compared_as_said(uri, path):
    assert planned(uri).path == path


def test_headers_are_compared_in_lower_case_and_in_one_order():
    found = planned("headers: {X-B: {exact: b}, x-a: {prefix: a}, end-user: {}}")
    assert found.headers == (
        NamedMatch("x-b", StringMatch("exact", "b")),
        NamedMatch("end-user", StringMatch("present")),
        NamedMatch("x-a", StringMatch("prefix", "a")),
    )


def test_headers_may_be_asked_to_be_otherwise():
    found = planned("withoutHeaders: {x-a: {exact: a}, x-b: {}}")
    assert found.headers == (
        NamedMatch("x-a", StringMatch("exact", "a"), True),
        NamedMatch("x-b", StringMatch("present"), True),
    )


def test_method_authority_and_scheme_are_pseudo_headers():
    found = planned("{method: {exact: GET}, authority: {prefix: a.}, scheme: {exact: https}}")
    assert [one.name for one in found.headers] == [":method", ":authority", ":scheme"]


def test_query_parameters_keep_their_case():
    assert planned("queryParams: {Q: {exact: x}}").query == (NamedMatch("Q", StringMatch("exact", "x")),)


def test_what_takes_everything():
    assert all(is_catch_all(planned(text)) for text in ("{}", "uri: {prefix: /}", "uri: {regex: '.*'}"))
    assert not any(
        is_catch_all(planned(text))
        for text in (
            "uri: {prefix: /a}",
            "headers: {x: {}}",
            "queryParams: {x: {}}",
            "{uri: {prefix: /}, method: {exact: GET}}",
        )
    )


def test_where_is_what_is_said_of_the_place():
    said = "{port: 80, gateways: [edge, mesh, x/y], sourceNamespace: bank, sourceLabels: {app: a}}"
    match = msgspec.yaml.decode(said, type=HTTPMatchRequest)
    gateways = ("shop/edge", "mesh", "x/y")
    assert where(match, "shop") == Where(port=80, gateways=gateways, namespace="bank", labels={"app": "a"})

import msgspec
import pytest
import yaml

from lateen.kinds.networking.http_match import HTTPMatchRequest
from lateen.planner.merged_matches import conflict, merge_match, merge_matches


def match(text: str) -> HTTPMatchRequest:
    return msgspec.convert(yaml.safe_load(text), HTTPMatchRequest)


@pytest.mark.parametrize(
    ("root", "leaf"),
    [
        ("{}", "{uri: {regex: a.*}}"),
        ("{uri: {prefix: /a}}", "{}"),
        ("{uri: {prefix: /a}}", "{uri: {exact: /a/b}}"),
        ("{uri: {prefix: /a}}", "{uri: {prefix: /a/b}}"),
        ("{uri: {exact: /a}}", "{uri: {exact: /a}}"),
        ("{uri: {regex: /a.*}}", "{uri: {regex: /a.*}}"),
        ("{headers: {a: {}}}", "{headers: {a: {exact: b}}}"),
        ("{headers: {a: {exact: b}}}", "{headers: {c: {exact: d}}}"),
        ("{gateways: [a/b, mesh]}", "{gateways: [mesh]}"),
        ("{port: 80}", "{port: 80}"),
    ],
)
def test_what_lies_within_the_roots_match_is_no_conflict(root, leaf):
    assert not conflict(match(root), match(leaf))


@pytest.mark.parametrize(
    ("root", "leaf"),
    [
        ("{uri: {prefix: /a}}", "{uri: {regex: /a.*}}"),
        ("{uri: {exact: /a}}", "{uri: {prefix: /a}}"),
        ("{method: {exact: GET}}", "{method: {exact: PUT}}"),
        ("{queryParams: {q: {exact: '1'}}}", "{queryParams: {q: {exact: '2'}}}"),
        ("{withoutHeaders: {a: {exact: '1'}}}", "{withoutHeaders: {a: {exact: '2'}}}"),
        ("{sourceNamespace: shop}", "{sourceNamespace: bank}"),
    ],
)
def test_what_may_lie_outside_is_a_conflict(root, leaf):
    assert conflict(match(root), match(leaf))


def test_conditions_of_both_hold_and_names_are_joined():
    root = match("{name: one, headers: {a: {exact: '1'}}, ignoreUriCase: true, statPrefix: s, sourceLabels: {app: x}}")
    leaf = match("{name: two, uri: {prefix: /v1}, headers: {b: {exact: '2'}}, sourceLabels: {version: v1}}")
    wanted = """{name: one-two, uri: {prefix: /v1}, headers: {a: {exact: '1'}, b: {exact: '2'}}, ignoreUriCase: true,
      statPrefix: s, sourceLabels: {app: x, version: v1}}"""
    assert merge_match(root, leaf) == match(wanted)


def test_a_leaf_within_two_roots_is_merged_with_both():
    roots = (match("{port: 80}"), match("{port: 81}"))
    assert merge_matches(roots, (match("{uri: {exact: /a}}"),)) == (
        match("{port: 80, uri: {exact: /a}}"),
        match("{port: 81, uri: {exact: /a}}"),
    )


def test_one_leaf_within_no_root_refuses_them_all():
    leaves = (match("{port: 80}"), match("{port: 81}"))
    assert merge_matches((match("{port: 80}"),), leaves) is None

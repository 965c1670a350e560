from lateen.plan.matching import NamedMatch, RouteMatch, StringMatch
from lateen.plan.route import DirectResponse
from lateen.planner.gateway_api.precedence import in_order, precedence
from lateen.planner.http_rule import HttpRule, Match

METHOD = NamedMatch(":method", StringMatch("exact", "GET"))
A, B = (NamedMatch(name, StringMatch("exact", "1")) for name in "ab")


def match(kind: str = "path_prefix", path: str = "/", headers=(), query=()) -> RouteMatch:
    return RouteMatch(path=StringMatch(kind, path), headers=headers, query=query)


def test_the_more_particular_match_counts():
    ordered = [
        match("exact", "/a"),
        match(path="/a/b"),
        match(path="/a", headers=(METHOD,)),
        match(path="/a", headers=(A, B)),
        match(path="/a", headers=(A,), query=(B,)),
        match(path="/a", headers=(A,)),
        match(path="/a", query=(B,)),
        match(path="/a"),
        match(),
        match("regex", "/a/b/c.*"),
    ]
    backwards = list(reversed(ordered))
    assert sorted(backwards, key=precedence) == ordered


def test_matches_are_taken_apart_and_equals_stay_in_their_order():
    first = HttpRule(action=DirectResponse(1), matches=(Match(request=match()), Match(request=match("exact", "/a"))))
    second = HttpRule(action=DirectResponse(2), matches=(Match(request=match("exact", "/a")),))
    found = [(one.action.status, one.matches[0].request.path.kind) for one in in_order([first, second])]
    assert found == [(1, "exact"), (2, "exact"), (1, "path_prefix")]

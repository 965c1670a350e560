from lateen.plan.matching import RouteMatch, StringMatch
from lateen.plan.route import DirectResponse
from lateen.planner.gateway_api.attachment import Attachment, together
from lateen.planner.gateway_api.kinds import Said
from lateen.planner.http_rule import HttpRule, Match
from lateen.planner.site import Where


def attached(name: str, path: str = "/", created: str = "", port: int = 0) -> Attachment:
    match = Match(request=RouteMatch(path=StringMatch("path_prefix", path)))
    rule = HttpRule(action=DirectResponse(200), matches=(match,), name=name)
    where = Where(port=port)
    return Attachment(
        parent="mesh", host="a.x", namespace="n", name=name, rules=Said(http=(rule,)), where=where, created=created
    )


def test_of_equal_matches_the_oldest_routes_counts_and_names_the_whole():
    found = together([attached("new", created="2"), attached("old", created="1"), attached("closer", "/a", "3")])
    assert [rule.name for rule in found.http] == ["closer", "old", "new"]
    assert (found.name, found.created, found.hosts, found.gateways) == ("old", "1", ("a.x",), ("mesh",))


def test_rules_hold_at_the_port_that_the_route_is_attached_to():
    (here, everywhere) = together([attached("a", port=80), attached("b")]).http
    assert (here.matches[0].where.port, everywhere.matches[0].where.port) == (80, 0)

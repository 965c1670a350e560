from worlds import decode_spec

from lateen.kinds.networking.http_route import HTTPRoute
from lateen.plan.route import Redirect, Rewrite
from lateen.plan.route_policy import HashKey, Mirror
from lateen.planner.http_action import plan_action
from lateen.planner.site import Directory, Place, Site

KEYS = {"a.x": HashKey(kind="header", name="x-user"), "b.x": HashKey(kind="header", name="x-user")}
DIRECTORY = Directory(lambda host: None, lambda host, port, subset: KEYS.get(host))


def planned(rule: str, **site):
    here = Site(namespace="shop", gateway="mesh", port=8080, **site)
    return plan_action(decode_spec(HTTPRoute, rule), Place("shop", here, DIRECTORY))


def test_mirrors_have_all_of_the_requests_unless_said():
    to = "route: [{destination: {host: a.x}}]"
    assert planned(f"{{{to}, mirror: {{host: m.x}}}}").mirrors == (Mirror("outbound|8080||m.x", 100.0),)
    assert planned(f"{{{to}, mirror: {{host: m.x}}, mirrorPercentage: {{value: 2.5}}}}").mirrors[0].percent == 2.5
    assert planned(f"{{{to}, mirror: {{host: m.x}}, mirrorPercent: 3}}").mirrors[0].percent == 3.0
    assert planned(f"{{{to}, mirror: {{host: m.x}}, mirrorPercentage: {{value: 0}}}}").mirrors == ()
    two = (
        f"{{{to}, mirrors: [{{destination: {{host: m.x}}}}, {{destination: {{host: n.x}}, percentage: {{value: 1}}}}]}}"
    )
    assert planned(two).mirrors == (Mirror("outbound|8080||m.x"), Mirror("outbound|8080||n.x", 1.0))


def test_requests_are_hashed_by_each_key_of_their_destinations_once():
    weights = "{route: [{destination: {host: a.x}, weight: 1}, {destination: {host: b.x}, weight: 1}]}"
    assert planned(weights).hashing == (KEYS["a.x"],)
    assert planned("{route: [{destination: {host: c.x}}]}").hashing == ()


def test_a_host_that_is_set_as_a_header_is_rewritten():
    said = "{route: [{destination: {host: c.x}}], headers: {request: {set: {Host: d.x}}}}"
    assert planned(said).rewrite == Rewrite(authority="d.x")
    own = "{route: [{destination: {host: c.x}, headers: {request: {set: {':authority': d.x}}}}]}"
    assert planned(own).destinations[0].authority == "d.x"


def test_a_redirect_finds_its_port():
    assert planned("{redirect: {derivePort: FROM_REQUEST_PORT}}").port == 8080
    assert planned("{redirect: {derivePort: FROM_PROTOCOL_DEFAULT}}").port == 80
    assert planned("{redirect: {derivePort: FROM_PROTOCOL_DEFAULT}}", tls=True).port == 443
    assert planned("{redirect: {derivePort: FROM_PROTOCOL_DEFAULT, scheme: https}}").port == 443
    assert planned("{redirect: {prefixRewrite: /b}}") == Redirect(prefix="/b")


def test_a_rule_without_destinations_does_nothing():
    assert planned("{}") is None

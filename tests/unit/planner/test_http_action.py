from worlds import decode_spec

from lateen.kinds.networking.http_route import HTTPRoute
from lateen.plan.route import Redirect, Retries, Rewrite
from lateen.planner.http_action import read_action
from lateen.planner.http_rule import Copy, Refer
from lateen.planner.target import Target


def read(rule: str):
    return read_action(decode_spec(HTTPRoute, rule), "shop")


def test_mirrors_have_all_of_the_requests_unless_said():
    to = "route: [{destination: {host: a.x}}]"
    assert read(f"{{{to}, mirror: {{host: m.x}}}}").mirrors == (Copy(Target("m.x"), 100.0),)
    assert read(f"{{{to}, mirror: {{host: m.x}}, mirrorPercentage: {{value: 2.5}}}}").mirrors[0].percent == 2.5
    assert read(f"{{{to}, mirror: {{host: m.x}}, mirrorPercent: 3}}").mirrors[0].percent == 3.0
    assert read(f"{{{to}, mirror: {{host: m.x}}, mirrorPercentage: {{value: 0}}}}").mirrors == ()
    two = (
        f"{{{to}, mirrors: [{{destination: {{host: m.x}}}}, {{destination: {{host: n.x}}, percentage: {{value: 1}}}}]}}"
    )
    assert read(two).mirrors == (Copy(Target("m.x"), 100.0), Copy(Target("n.x"), 1.0))


def test_a_host_that_is_set_as_a_header_is_rewritten():
    said = "{route: [{destination: {host: c.x}}], headers: {request: {set: {Host: d.x}}}}"
    assert read(said).rewrite == Rewrite(authority="d.x")
    own = "{route: [{destination: {host: c.x}, headers: {request: {set: {':authority': d.x}}}}]}"
    assert read(own).shares[0].authority == "d.x"


def test_a_redirect_says_where_its_port_is_from():
    assert read("{redirect: {derivePort: FROM_REQUEST_PORT}}").port == "request"
    assert read("{redirect: {derivePort: FROM_PROTOCOL_DEFAULT}}").port == "scheme"
    assert read("{redirect: {prefixRewrite: /b, port: 81}}") == Refer(Redirect(prefix="/b", port=81))


def test_retries_are_the_meshs_unless_said():
    to = "route: [{destination: {host: a.x}}]"
    assert read(f"{{{to}}}").retries is None
    assert read(f"{{{to}, retries: {{attempts: 0}}}}").retries == Retries(attempts=0)
    assert read(f"{{{to}, retries: {{attempts: 5}}}}").retries == Retries(attempts=5)


def test_a_rule_without_destinations_does_nothing():
    assert read("{}") is None

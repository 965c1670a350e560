from lateen.envoy.http_filters.stateful_session import route_session, stateful_session
from lateen.plan.listener import HttpProxy
from lateen.plan.matching import RouteMatch
from lateen.plan.route import DirectResponse, Route, RouteConfig
from lateen.plan.route_policy import Session
from lateen.proto.descriptors import message

STATES = "envoy.extensions.http.stateful_session."


def state(session, kind):
    found = route_session(Route(match=RouteMatch(), action=DirectResponse(200), session=session)).config
    said = found.stateful_session.session_state
    config = message(STATES + kind)()
    assert said.typed_config.Unpack(config)
    return config


def test_the_filter_stands_where_route_tables_are_delivered_and_does_nothing_by_itself():
    found = stateful_session(HttpProxy(stat_prefix="a", route_name="80"))
    assert found.name == "envoy.filters.http.stateful_session" and not found.config.HasField("session_state")
    assert stateful_session(HttpProxy(stat_prefix="a", routes=RouteConfig(name="a", virtual_hosts=()))) is None
    assert route_session(Route(match=RouteMatch(), action=DirectResponse(200))) is None


def test_a_cookie_lasts_as_long_as_it_says():
    cookie = state(Session(kind="cookie", name="c", path="/a", ttl_ms=3000), "cookie.v3.CookieBasedSessionState").cookie
    assert (cookie.name, cookie.path, cookie.ttl.seconds) == ("c", "/a", 3)
    assert not state(Session(kind="cookie", name="c"), "cookie.v3.CookieBasedSessionState").cookie.HasField("ttl")


def test_a_header_is_told_by_its_name():
    assert state(Session(kind="header", name="x-s"), "header.v3.HeaderBasedSessionState").name == "x-s"

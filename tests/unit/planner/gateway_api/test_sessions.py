import pytest
from worlds import decode_spec

from lateen.kinds.gateway_api.session_persistence import SessionPersistence
from lateen.plan.route_policy import Session
from lateen.planner.gateway_api.sessions import plan_session


@pytest.mark.parametrize(
    ("said", "planned"),
    [
        ("{}", Session(kind="cookie", name="session-shop.r.0", path="/")),
        ("{type: Cookie, cookie: {name: c, path: /a}}", Session(kind="cookie", name="c", path="/a")),
        (
            "{absoluteTimeout: 1h, cookie: {name: c, lifetimeType: Permanent}}",
            Session(kind="cookie", name="c", path="/", ttl_ms=3_600_000),
        ),
        ("{type: Header, header: {name: x-s}}", Session(kind="header", name="x-s")),
    ],
)
def test_a_session_is_told_by_a_cookie_or_a_header(said, planned):
    assert plan_session(decode_spec(SessionPersistence, said), "shop.r.0") == planned


def test_where_none_is_said_there_is_none():
    assert plan_session(None, "shop.r.0") is None

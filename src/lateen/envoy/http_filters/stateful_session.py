"""Keep a client at the endpoint that answered it first, as its route says."""

from lateen.envoy.fields import Extension, extend, milliseconds
from lateen.plan.listener import HttpProxy
from lateen.plan.route import Route
from lateen.plan.route_policy import Session
from lateen.proto.descriptors import message

_NAME = "envoy.filters.http.stateful_session"
_PACKAGE = "envoy.extensions.filters.http.stateful_session.v3."
_STATES = "envoy.extensions.http.stateful_session."


def stateful_session(proxy: HttpProxy) -> Extension | None:
    """The filter that does nothing until a route asks; inline routes never do."""
    return Extension(_NAME, message(_PACKAGE + "StatefulSession")()) if proxy.route_name else None


def route_session(route: Route) -> Extension | None:
    """What a route asks of it."""
    if route.session is None:
        return None
    config = message(_PACKAGE + "StatefulSessionPerRoute")()
    extend(config.stateful_session.session_state, _state(route.session))
    return Extension(_NAME, config)


def _state(session: Session) -> Extension:
    if session.kind == "header":
        header = message(f"{_STATES}header.v3.HeaderBasedSessionState")(name=session.name)
        return Extension("envoy.http.stateful_session.header", header)
    state = message(f"{_STATES}cookie.v3.CookieBasedSessionState")()
    state.cookie.name, state.cookie.path = session.name, session.path
    if session.ttl_ms >= 0:
        milliseconds(state.cookie.ttl, session.ttl_ms)
    return Extension("envoy.http.stateful_session.cookie", state)

"""How long a client stays at the endpoint that answered it first.

https://gateway-api.sigs.k8s.io/geps/gep-1619/
"""

from lateen.kinds.gateway_api.session_persistence import SessionPersistence
from lateen.plan.route_policy import Session
from lateen.registry.durations import milliseconds


def plan_session(said: SessionPersistence | None, rule: str) -> Session | None:
    """Plan the session of a rule. `rule`: its place, which no other has; its cookie is named so where none is said.

    A session cookie with an absolute timeout ends by that: browsers are told, too.
    """
    if said is None:
        return None
    if said.type == "Header":
        return Session(kind="header", name=said.header.name if said.header else "")
    timeout = milliseconds(said.absolute_timeout) or -1
    cookie = said.cookie
    name = (cookie.name if cookie else "") or f"session-{rule}"
    return Session(kind="cookie", name=name, path=cookie.path if cookie else "/", ttl_ms=timeout)

"""Session persistence: the requests of one client go to one endpoint.

https://gateway-api.sigs.k8s.io/reference/spec/#sessionpersistence
"""

from collections.abc import Iterator
from typing import Literal

from lateen.base.errors import Fault
from lateen.kinds.gateway_api.names import GatewayDuration, HeaderName, PathText
from lateen.kinds.model import Model


class SessionCookie(Model, frozen=True, kw_only=True):
    """The cookie that tells sessions apart; `name` "" = one that the proxy chooses."""

    name: HeaderName = ""
    lifetime_type: Literal["Permanent", "Session"] = "Session"
    path: PathText = "/"


class SessionHeader(Model, frozen=True, kw_only=True):
    """The header that tells sessions apart."""

    name: HeaderName


class SessionPersistence(Model, frozen=True, kw_only=True):
    """How sessions are told apart, and how long one lasts."""

    type: Literal["Cookie", "Header"] = "Cookie"
    cookie: SessionCookie | None = None
    header: SessionHeader | None = None
    absolute_timeout: GatewayDuration = ""


def session_faults(path: str, session: SessionPersistence | None) -> Iterator[Fault]:
    """Yield what is wrong with the settings of sessions."""
    if session is None:
        return
    for name, setting in (("Cookie", session.cookie), ("Header", session.header)):
        field = name.lower()
        if session.type == name and setting is None:
            yield Fault(f"{path}.{field}", f"{field} must be specified for {name} type")
        if session.type != name and setting is not None:
            yield Fault(f"{path}.{field}", f"{field} must be nil if type is not {name}")
    if session.cookie is not None and session.cookie.lifetime_type == "Permanent" and not session.absolute_timeout:
        said = "AbsoluteTimeout must be specified when cookie lifetimeType is Permanent"
        yield Fault(f"{path}.absoluteTimeout", said)

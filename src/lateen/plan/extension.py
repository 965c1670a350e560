"""Code of users that a proxy runs on its requests."""

from typing import Literal

from msgspec import Struct

from lateen.base.refs import Origin

Phase = Literal["AUTHN", "AUTHZ", "STATS", "UNSPECIFIED"]


class Script(Struct, frozen=True, kw_only=True, gc=False):
    """A Lua script; it stands before what its `phase` names, "UNSPECIFIED": before the router."""

    name: str
    code: str
    phase: Phase = "UNSPECIFIED"
    origin: Origin = Origin()

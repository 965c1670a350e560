"""Cross-origin requests that a route allows."""

from collections.abc import Iterator
from typing import Literal

from lateen.base.errors import Fault
from lateen.kinds.durations import duration_faults
from lateen.kinds.header_names import header_name_faults
from lateen.kinds.model import Duration, Model
from lateen.kinds.networking.string_match import StringMatch, match_faults

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*")


class CorsPolicy(Model, frozen=True, kw_only=True):
    """CORS of a route. `allow_origin` is the deprecated list of exact origins."""

    allow_origin: tuple[str, ...] = ()
    allow_origins: tuple[StringMatch, ...] = ()
    allow_methods: tuple[str, ...] = ()
    allow_headers: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    max_age: Duration | None = None
    allow_credentials: bool | None = None
    unmatched_preflights: Literal["UNSPECIFIED", "FORWARD", "IGNORE"] = "UNSPECIFIED"


def cors_faults(path: str, policy: CorsPolicy | None) -> Iterator[Fault]:
    """Yield what is wrong with a CORS policy."""
    if policy is None:
        return
    if policy.allow_origin:
        yield Fault(f"{path}.allowOrigin", "is deprecated", "use allowOrigins", "warning")
    for index, origin in enumerate(policy.allow_origins):
        place = f"{path}.allowOrigins[{index}]"
        if not (origin.exact or origin.prefix or origin.regex):
            yield Fault(place, "needs one of exact, prefix or regex, and not empty")
        else:
            yield from match_faults(place, origin)
    for index, method in enumerate(policy.allow_methods):
        if method not in _METHODS:
            yield Fault(f"{path}.allowMethods[{index}]", f'"{method}" is none of {", ".join(_METHODS)}')
    for field, names in (("allowHeaders", policy.allow_headers), ("exposeHeaders", policy.expose_headers)):
        for index, name in enumerate(names):
            yield from header_name_faults(f"{path}.{field}[{index}]", name)
    yield from duration_faults(f"{path}.maxAge", policy.max_age)

"""Rules for connections whose bytes are carried as they are, in whatever kind of object they were written."""

from msgspec import Struct

from lateen.base.refs import Origin
from lateen.planner.site import EVERYWHERE, Where
from lateen.planner.target import Target


class ConnectionMatch(Struct, frozen=True, kw_only=True):
    """Which connections, where. `server_names`: of TLS; `prefixes`: CIDR blocks of destinations; () = any."""

    where: Where = EVERYWHERE
    server_names: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()


class ConnectionRule(Struct, frozen=True, kw_only=True):
    """Connections that one of the matches takes go to `shares`: targets with their weights. The weight of an only one
    does not count."""

    shares: tuple[tuple[Target, int], ...]
    matches: tuple[ConnectionMatch, ...] = (ConnectionMatch(),)
    origin: Origin = Origin()

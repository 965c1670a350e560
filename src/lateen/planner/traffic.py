"""Routing rules with their names resolved, whichever kind of object they were written in, and which a client obeys."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from lateen.base.hosts import closeness, covers
from lateen.base.refs import Origin
from lateen.planner.connection_rule import ConnectionRule
from lateen.planner.http_rule import HttpRule
from lateen.planner.sidecar import EVERYTHING, Egress
from lateen.planner.site import Where
from lateen.planner.target import Target
from lateen.registry.visibility import sees


class Traffic(Struct, frozen=True, kw_only=True):
    """The rules for some hosts. `hosts`: full names, in lower case; `gateways`: "mesh" or "namespace/name".
    `gateway_semantics`: it stands for a route of the Gateway API, whose TLS rules hold where a gateway ends TLS too.
    `by_address`: it is for what is sent to a service's addresses, whatever host is asked for there.
    `merges`: sidecars obey it together with others for the same host that ask for it too. `foreign`: hosts that its
    namespace does not own, for which it counts there alone."""

    namespace: str
    name: str
    hosts: tuple[str, ...]
    gateways: tuple[str, ...]
    exports: tuple[str, ...]
    http: tuple[HttpRule, ...] = ()
    tls: tuple[ConnectionRule, ...] = ()
    tcp: tuple[ConnectionRule, ...] = ()
    gateway_semantics: bool = False
    by_address: bool = False
    merges: bool = False
    foreign: tuple[str, ...] = ()
    created: str = ""
    origin: Origin = Origin()

    @property
    def rank(self) -> tuple[int, tuple[str, str, str]]:
        """Sort key of those for one host, the one that counts first: what only its own namespace sees before what
        some see, and that before what all see; then the oldest."""
        seen = 0 if self.exports == (self.namespace,) else 1 if "*" not in self.exports else 2
        return (seen, self.age)

    @property
    def age(self) -> tuple[str, str, str]:
        """Sort key: the oldest first, then by namespace and name."""
        return (self.created, self.namespace, self.name)


def choose_traffic(
    rules: Iterable[Traffic], host: str, namespace: str, egress: Egress = EVERYTHING
) -> tuple[Traffic, ...]:
    """Choose which rules sidecars in `namespace` obey for a host on a listener: the closest host, then the first in
    rank; where that one merges, also those for the same host that do, in rank. Empty where none is for the host."""
    found = [
        (closeness(pattern), one.rank, one)
        for one in rules
        if sees(one.exports, namespace) and (egress == EVERYTHING or egress.obeys(one.namespace, one.hosts))
        for pattern in one.hosts
        if covers(pattern, host)
    ]
    if not found:
        return ()
    closest, _, first = min(found, key=lambda entry: entry[:2])
    if not first.merges:
        return (first,)
    return tuple(
        one for pattern, _, one in sorted(found, key=lambda entry: entry[:2]) if pattern == closest and one.merges
    )


def targets(one: Traffic) -> Iterator[Target]:
    """Yield where rules send to."""
    for rule in one.http:
        yield from rule.targets
    for route in (*one.tls, *one.tcp):
        yield from (target for target, _ in route.shares)


def conditions(one: Traffic) -> Iterator[Where]:
    """Yield on which conditions rules hold."""
    yield from (match.where for rule in one.http for match in rule.matches)
    yield from (match.where for rule in (*one.tls, *one.tcp) for match in rule.matches)

"""Routes at what they are attached to, and what several routes at one place come to.

https://gateway-api.sigs.k8s.io/geps/gep-1294/
"""

from collections.abc import Iterable
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from lateen.base.refs import Origin
from lateen.planner.connection_rule import ConnectionRule
from lateen.planner.gateway_api.kinds import Said
from lateen.planner.gateway_api.precedence import in_order
from lateen.planner.site import EVERYWHERE, MESH_GATEWAY, Where
from lateen.planner.traffic import Traffic


class Attachment(Struct, frozen=True, kw_only=True):
    """A route's rules for one host of a parent. `parent`: "mesh", or "namespace/name" of a gateway; `namespace`,
    `name`: the route's; `exports`: which namespaces obey it; `where`: at which of the parent's ports."""

    parent: str
    host: str
    namespace: str
    name: str
    rules: Said
    exports: tuple[str, ...] = ("*",)
    where: Where = EVERYWHERE
    created: str = ""
    origin: Origin = Origin()

    @property
    def age(self) -> tuple[str, str, str]:
        """Sort key: the oldest first, then by namespace and name."""
        return (self.created, self.namespace, self.name)


def together(found: Iterable[Attachment]) -> Traffic:
    """Take routes at one host of one parent together: of two matches of requests the more particular counts, of equals
    the oldest route's; of connections the oldest route's."""
    attached = sorted(found, key=lambda one: one.age)
    first = attached[0]
    said = list(map(_placed, attached))
    tls = tuple(chain.from_iterable(one.tls for one in said))
    return Traffic(
        namespace=first.namespace,
        name=first.name,
        hosts=(first.host,),
        gateways=(first.parent,),
        exports=first.exports,
        http=in_order(chain.from_iterable(one.http for one in said)),
        tls=tls,
        tcp=tuple(chain.from_iterable(one.tcp for one in said)),
        gateway_semantics=bool(tls),
        by_address=first.parent == MESH_GATEWAY,
        created=first.created,
        origin=first.origin,
    )


def _placed(one: Attachment) -> Said:
    """The rules, limited to the place that the route is attached to."""
    said = one.rules
    if one.where == EVERYWHERE:
        return said
    http = (
        replace(rule, matches=tuple(replace(match, where=one.where) for match in rule.matches)) for rule in said.http
    )
    return Said(http=tuple(http), tls=_connections(said.tls, one.where), tcp=_connections(said.tcp, one.where))


def _connections(rules: tuple[ConnectionRule, ...], where: Where) -> tuple[ConnectionRule, ...]:
    return tuple(replace(rule, matches=tuple(replace(match, where=where) for match in rule.matches)) for rule in rules)

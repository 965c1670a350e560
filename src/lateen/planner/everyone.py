"""What every sidecar has: the way to where traffic was going, the ways nowhere, and the way in."""

from dataclasses import dataclass

from msgspec import Struct

from lateen.plan.upstream import Upstream
from lateen.planner import inbound, names
from lateen.planner.scope import ByName, Scope
from lateen.reactive import Collection, Demand, Engine, Read
from lateen.registry.mesh import Mesh
from lateen.registry.registry import Registry


class Shared(Struct, frozen=True):
    """The plan of a scope that needs only the mesh's settings."""

    upstreams: tuple[Upstream, ...]


@dataclass(frozen=True)
class Everyone:
    """`proxies`: the wanted scopes: the one of all sidecars, and each gateway's."""

    proxies: Demand[Scope, Shared]
    upstreams: Collection[ByName, Upstream]


def build_everyone(engine: Engine, registry: Registry) -> Everyone:
    """Build the collections; they stay empty until somebody wants a scope."""

    def plan(read: Read, scope: Scope) -> Shared:
        mesh = registry.settings(read)
        ways = plan_ways(mesh)
        if scope.kind == "gateway":
            return Shared(ways)
        return Shared((*ways, inbound.PASSTHROUGH))

    proxies = engine.demand("everyone", plan)
    return Everyone(
        proxies=proxies,
        upstreams=engine.flat_map(
            "everyone's upstreams",
            proxies,
            lambda read, scope, one: (((scope, upstream.name), upstream) for upstream in one.upstreams),
        ),
    )


def plan_ways(mesh: Mesh) -> tuple[Upstream, ...]:
    """Plan where traffic goes that no service claims: to where it was going, or nowhere; or to the host it names."""
    found = (
        Upstream(
            name=names.PASSTHROUGH,
            discovery="ORIGINAL_DST",
            protocol="downstream",
            connect_timeout_ms=mesh.connect_timeout_ms,
        ),
        Upstream(name=names.BLACK_HOLE, discovery="STATIC", connect_timeout_ms=mesh.connect_timeout_ms),
    )
    if not mesh.dynamic_dns:
        return found
    named = Upstream(
        name=names.DYNAMIC_DNS,
        discovery="DYNAMIC_DNS",
        protocol="downstream",
        connect_timeout_ms=mesh.connect_timeout_ms,
    )
    return (*found, named)

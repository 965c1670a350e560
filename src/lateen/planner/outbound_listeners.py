"""Outbound listeners of a sidecar, put together from what each service adds to an address and port.

One listener takes HTTP of all services on a port (`0.0.0.0_9080`), one each a virtual IP's TCP
(`10.96.0.7_3306`); services known only by CIDR block, by SNI, or by nothing share `0.0.0.0_<port>` with
HTTP.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct, structs

from lateen.plan.listener import PLAIN_ALPN_HTTP, Chain, ChainMatch, HttpProxy, Listener, ListenerFilter, TcpProxy
from lateen.plan.route import RouteConfig
from lateen.planner import names
from lateen.planner.client import Client
from lateen.planner.route_tables import ALLOW_ANY_DYNAMIC_DNS


class Contribution(Struct, frozen=True, kw_only=True):
    """What one service adds to the listener at an address and port.

    `http`: the name of the route table for HTTP that comes here, "" = none. `chains`: TCP by destination
    block or SNI. `default`: TCP that no chain takes. `age`: who comes first when two want the same. `dynamic_dns`: its
    HTTP goes to hosts that are looked up. `bound`: it is listened there, not only captured.
    """

    address: str
    port: int
    age: tuple[str, str, str]
    http: str = ""
    chains: tuple[Chain, ...] = ()
    default: Chain | None = None
    dynamic_dns: bool = False
    bound: bool = False


def plan_listener(contributions: Iterable[Contribution], client: Client) -> Listener:
    """Plan the listener of all that is contributed to one address and port; the oldest wins where two
    collide."""
    parts = sorted(contributions, key=lambda part: part.age)
    address, port = parts[0].address, parts[0].port
    chains = tuple(_unique_chains(parts, client))
    default = next((part.default for part in parts if part.default), None)
    bound = any(part.bound for part in parts)
    return Listener(
        name=names.listener(address, port),
        address=address,
        port=port,
        direction="OUTBOUND",
        chains=chains,
        # What was not captured was going nowhere else.
        default_chain=default or (_default(names.BLACK_HOLE) if bound else outbound_default(client)),
        bind=bound,
        filters=inspectors(chains),
        filters_timeout_ms=client.mesh.detection_timeout_ms,
        access_log=client.mesh.access_log,
    )


def plan_virtual_outbound(client: Client) -> Listener:
    """Plan the listener that takes everything and hands it to the one for its original destination."""
    http = (_unclaimed_http(),) if client.unclaimed_http == names.DYNAMIC_DNS else ()
    return Listener(
        name=names.VIRTUAL_OUTBOUND,
        address=names.ANY_ADDRESS,
        port=names.OUTBOUND_PORT,
        direction="OUTBOUND",
        # Who connects to the proxy's own port would be sent to it again and again.
        chains=(
            Chain(
                name=f"{names.VIRTUAL_OUTBOUND}-blackhole",
                match=ChainMatch(port=names.OUTBOUND_PORT),
                proxy=TcpProxy(stat_prefix=names.BLACK_HOLE, upstreams=((names.BLACK_HOLE, 100),)),
            ),
            *http,
        ),
        filters=inspectors(http),
        filters_timeout_ms=client.mesh.detection_timeout_ms,
        default_chain=outbound_default(client),
        bind=True,
        use_original_dst=True,
        access_log=client.mesh.access_log,
    )


def outbound_default(client: Client) -> Chain:
    """Plan what happens to TCP that no service claims: onward or nowhere, by outboundTrafficPolicy."""
    return _default(client.unclaimed)


def _default(upstream: str) -> Chain:
    proxy = TcpProxy(stat_prefix=upstream, upstreams=((upstream, 100),))
    return Chain(name=f"{names.VIRTUAL_OUTBOUND}-catchall-tcp", match=ChainMatch(), proxy=proxy)


def _unclaimed_http() -> Chain:
    """HTTP that no service claims, to be sent to the host that it asks for."""
    routes = RouteConfig(name=ALLOW_ANY_DYNAMIC_DNS.name, virtual_hosts=(ALLOW_ANY_DYNAMIC_DNS,))
    return Chain(
        name=f"{names.VIRTUAL_OUTBOUND}-catchall-http",
        match=ChainMatch(transport="raw_buffer", alpn=PLAIN_ALPN_HTTP),
        proxy=HttpProxy(stat_prefix=names.DYNAMIC_DNS, routes=routes, dynamic_dns=True),
    )


def _unique_chains(parts: list[Contribution], client: Client) -> Iterator[Chain]:
    table = next((part.http for part in parts if part.http), "")
    if table:
        match = ChainMatch(transport="raw_buffer", alpn=PLAIN_ALPN_HTTP)
        named = client.unclaimed_http == names.DYNAMIC_DNS or any(part.dynamic_dns for part in parts)
        proxy = HttpProxy(stat_prefix=f"outbound_{table}", route_name=table, mesh_alpn=True, dynamic_dns=named)
        yield Chain(name=table, match=match, proxy=proxy)
    yield from free_chains(chain for part in parts for chain in part.chains)


def free_chains(chains: Iterable[Chain]) -> Iterator[Chain]:
    """Yield chains without what earlier ones take: Envoy refuses a listener where two match the same."""
    seen: set[tuple[str, str, str]] = set()
    for chain in chains:
        yield from _free(chain, seen)


def _free(chain: Chain, seen: set[tuple[str, str, str]]) -> Iterator[Chain]:
    match = chain.match
    pairs = [(prefix, name) for prefix in match.prefixes or ("",) for name in match.server_names or ("",)]
    free = [pair for pair in pairs if (*pair, match.transport) not in seen]
    seen.update((*pair, match.transport) for pair in free)
    if len(free) == len(pairs):
        yield chain
        return
    for prefix, name in free:
        narrowed = structs.replace(match, prefixes=(prefix,) if prefix else (), server_names=(name,) if name else ())
        yield structs.replace(chain, match=narrowed)


def inspectors(chains: Iterable[Chain], tls: bool = False) -> tuple[ListenerFilter, ...]:
    """Return the listener filters that these matches need. `tls`: TLS may come, though no match asks for
    it."""
    chains = tuple(chains)
    filters: list[ListenerFilter] = []
    if tls or any(chain.match.server_names for chain in chains):
        filters.append("tls_inspector")
    if any(chain.match.alpn for chain in chains):
        filters.append("http_inspector")
    return tuple(filters)

"""By what requests and connections are hashed, where a destination rule asks for consistent hashing."""

from lateen.kinds.networking.load_balancer import ConsistentHashLB, HTTPCookie
from lateen.plan.route_policy import HashKey
from lateen.registry.durations import milliseconds


def plan_hash_key(hashing: ConsistentHashLB | None) -> HashKey | None:
    """Plan the key of consistent hashing; None where none is named: the balancer then draws at random."""
    if hashing is None:
        return None
    if hashing.http_header_name:
        return HashKey(kind="header", name=hashing.http_header_name)
    if hashing.http_cookie is not None:
        return _cookie(hashing.http_cookie)
    if hashing.use_source_ip:
        return HashKey(kind="source_ip")
    if hashing.http_query_parameter_name:
        return HashKey(kind="query", name=hashing.http_query_parameter_name)
    return None


def _cookie(cookie: HTTPCookie) -> HashKey:
    return HashKey(
        kind="cookie",
        name=cookie.name,
        path=cookie.path,
        ttl_ms=milliseconds(cookie.ttl, -1),
        attributes=tuple((one.name, one.value) for one in cookie.attributes),
    )

"""Where a rule sends bytes: TCP, and TLS that is not terminated."""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import asdict

from lateen.plan.listener import TcpProxy
from lateen.planner import names
from lateen.planner.connection_rule import ConnectionRule
from lateen.planner.site import NO_CARRIAGE, Place
from lateen.planner.target import Target, resolve


def plan_tcp(rule: ConnectionRule, place: Place, name: str) -> TcpProxy:
    """Plan the proxy to a rule's targets by weight, counted under `name` where there are several. The weight of an
    only one does not count."""
    found = [(resolve(one, place), weight) for one, weight in rule.shares]
    if len(found) == 1:
        return proxy_to(found[0][0], place)
    weighted = [(target, weight) for target, weight in found if weight]
    return TcpProxy(
        stat_prefix=name,
        upstreams=tuple((_upstream(target), weight) for target, weight in weighted),
        **_carried((one for one, _ in weighted), place),
        hash_source_ip=_hashed((one for one, _ in found), place),
        dynamic_port=next((port for target, _ in weighted if (port := _dynamic_port(target, place))), 0),
    )


def proxy_to(target: Target, place: Place) -> TcpProxy:
    """Plan the proxy to one target."""
    upstream = _upstream(target)
    return TcpProxy(
        stat_prefix=upstream,
        upstreams=((upstream, 100),),
        **_carried((target,), place),
        hash_source_ip=_hashed((target,), place),
        dynamic_port=_dynamic_port(target, place),
    )


def _upstream(target: Target) -> str:
    """Name the upstream of a target; of one that means nothing, the one where connections end."""
    return target.upstream if target.host else names.BLACK_HOLE


def _dynamic_port(target: Target, place: Place) -> int:
    """Return at which port the server name is reached, where hosts of a target are looked up; else 0."""
    service = place.directory.service(target.host)
    if service is None or service.resolution != "DYNAMIC_DNS":
        return 0
    port = service.port(target.port)
    return port.target if port is not None and isinstance(port.target, int) else target.port


def _carried(targets: Iterable[Target], place: Place) -> dict[str, Any]:
    """How bytes are carried: as the first target says of which anything is said."""
    said = (place.directory.carriage(one.host, one.port, one.subset) for one in targets)
    return asdict(next((one for one in said if one), NO_CARRIAGE))


def _hashed(targets: Iterable[Target], place: Place) -> bool:
    """Say whether any target asks for the client's address as a key: bytes have no other."""
    keys = (place.directory.hash_key(one.host, one.port, one.subset) for one in targets)
    return any(key is not None and key.kind == "source_ip" for key in keys)

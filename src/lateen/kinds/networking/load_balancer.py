"""How requests are spread over a service's endpoints."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.durations import duration_faults
from lateen.kinds.model import Duration, Model, Percent
from lateen.kinds.networking.locality import (
    Failover,
    LocalityLoadBalancerSetting,
    failover_faults,
    locality_faults,
)
from lateen.kinds.schema_rules import AtMostOne

Uint64 = Annotated[int, Meta(ge=0)]
_LARGEST_TABLE = 5_000_011


class CookieAttribute(Model, frozen=True, kw_only=True):
    """An attribute of the cookie, as SameSite."""

    name: str
    value: str = ""


class HTTPCookie(Model, frozen=True, kw_only=True):
    """The cookie that requests are told apart by; `ttl`: made when missing, "0s" = for the session."""

    name: str
    path: str = ""
    ttl: str | None = None
    attributes: tuple[CookieAttribute, ...] = ()


class RingHash(Model, frozen=True, kw_only=True):
    """Ketama hashing."""

    minimum_ring_size: Uint64 = 0


class MagLev(Model, frozen=True, kw_only=True):
    """Maglev hashing; `table_size` is a prime, 0 = 65537."""

    table_size: Uint64 = 0


class ConsistentHashLB(Model, frozen=True, kw_only=True):
    """One hash key, one algorithm. `minimum_ring_size` is deprecated."""

    schema_rules: ClassVar = (
        AtMostOne(("httpHeaderName", "httpCookie", "useSourceIp", "httpQueryParameterName")),
        AtMostOne(("ringHash", "maglev")),
    )

    http_header_name: str | None = None
    http_cookie: HTTPCookie | None = None
    use_source_ip: bool | None = None
    http_query_parameter_name: str | None = None
    ring_hash: RingHash | None = None
    maglev: MagLev | None = None
    minimum_ring_size: Uint64 = 0


class WarmupConfiguration(Model, frozen=True, kw_only=True):
    """A new endpoint's share grows over `duration` from `minimum_percent` (None = 10)."""

    duration: Duration
    minimum_percent: Percent | None = None
    aggression: Annotated[float, Meta(ge=0)] | None = None


class ZoneAwareLoadBalancerSetting(Model, frozen=True, kw_only=True):
    """Envoy's zone-aware routing, and failover between regions."""

    enabled: bool | None = None
    min_cluster_size: Annotated[int, Meta(ge=1)] | None = None
    failover: tuple[Failover, ...] = ()
    failover_priority: tuple[str, ...] = ()


class LoadBalancerSettings(Model, frozen=True, kw_only=True):
    """At most one of `simple` and `consistent_hash`. LEAST_CONN is the deprecated name of LEAST_REQUEST."""

    schema_rules: ClassVar = (AtMostOne(("simple", "consistentHash")),)

    simple: Literal["UNSPECIFIED", "LEAST_CONN", "RANDOM", "PASSTHROUGH", "ROUND_ROBIN", "LEAST_REQUEST"] | None = None
    consistent_hash: ConsistentHashLB | None = None
    locality_lb_setting: LocalityLoadBalancerSetting | None = None
    zone_aware_lb_setting: ZoneAwareLoadBalancerSetting | None = None
    warmup_duration_secs: Duration | None = None
    warmup: WarmupConfiguration | None = None


def load_balancer_faults(path: str, settings: LoadBalancerSettings | None, has_outliers: bool) -> Iterator[Fault]:
    """Yield what is wrong with load balancing. `has_outliers`: outlier detection stands beside it."""
    if settings is None:
        return
    if settings.simple is not None and settings.consistent_hash is not None:
        yield Fault(path, "only one of simple and consistentHash can be set")
    if settings.simple == "LEAST_CONN":
        yield Fault(f"{path}.simple", "LEAST_CONN is deprecated", "use LEAST_REQUEST", "warning")
    if settings.consistent_hash is not None:
        yield from _hash_faults(f"{path}.consistentHash", settings.consistent_hash)
    yield from _warmup_faults(path, settings)
    yield from locality_faults(f"{path}.localityLbSetting", settings.locality_lb_setting, has_outliers)
    yield from zone_aware_faults(f"{path}.zoneAwareLbSetting", settings.zone_aware_lb_setting, has_outliers)


def zone_aware_faults(path: str, setting: ZoneAwareLoadBalancerSetting | None, has_outliers: bool) -> Iterator[Fault]:
    """Yield what is wrong with zone-aware routing."""
    if setting is None:
        return
    if "topology.istio.io/subzone" in setting.failover_priority:
        yield Fault(f"{path}.failoverPriority", "zone-aware routing knows no subzones")
    yield from failover_faults(path, setting.failover, setting.failover_priority, has_outliers)


def _warmup_faults(path: str, settings: LoadBalancerSettings) -> Iterator[Fault]:
    if settings.warmup_duration_secs is not None:
        yield Fault(f"{path}.warmupDurationSecs", "is deprecated", "use warmup: {duration: ...}", "warning")
        yield from duration_faults(f"{path}.warmupDurationSecs", settings.warmup_duration_secs)
        if settings.warmup is not None:
            yield Fault(f"{path}.warmupDurationSecs", "cannot stand beside warmup", "keep warmup")
    if settings.warmup is not None:
        yield from duration_faults(f"{path}.warmup.duration", settings.warmup.duration)


def _hash_faults(path: str, settings: ConsistentHashLB) -> Iterator[Fault]:
    keys = {
        "httpHeaderName": settings.http_header_name,
        "httpCookie": settings.http_cookie,
        "useSourceIp": settings.use_source_ip,
        "httpQueryParameterName": settings.http_query_parameter_name,
    }
    given = [name for name, key in keys.items() if key is not None]
    if len(given) > 1:
        yield Fault(path, f"only one of {', '.join(given)} can be set")
    elif not given:
        yield Fault(path, "names no hash key, so endpoints are random", f"add one of {', '.join(keys)}", "warning")
    if settings.ring_hash is not None and settings.maglev is not None:
        yield Fault(path, "only one of ringHash and maglev can be set")
    if settings.minimum_ring_size:
        yield Fault(f"{path}.minimumRingSize", "is deprecated", "use ringHash.minimumRingSize", "warning")
    size = settings.maglev.table_size if settings.maglev is not None else 0
    if size and (size > _LARGEST_TABLE or not _is_prime(size)):
        yield Fault(f"{path}.maglev.tableSize", f"{size} is not a prime up to {_LARGEST_TABLE}")
    if settings.http_cookie is not None:
        yield from _cookie_faults(f"{path}.httpCookie", settings.http_cookie)


def _cookie_faults(path: str, cookie: HTTPCookie) -> Iterator[Fault]:
    if not cookie.name:
        yield Fault(f"{path}.name", "is required")
    yield from duration_faults(f"{path}.ttl", cookie.ttl, zero=True)
    seen: set[str] = set()
    for index, attribute in enumerate(cookie.attributes):
        place = f"{path}.attributes[{index}].name"
        if not attribute.name:
            yield Fault(place, "is required")
        elif attribute.name in seen:
            yield Fault(place, f'there is a "{attribute.name}" already')
        seen.add(attribute.name)


def _is_prime(number: int) -> bool:
    return number > 1 and all(number % divisor for divisor in range(2, int(number**0.5) + 1))

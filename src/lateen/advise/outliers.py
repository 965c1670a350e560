"""What ejects an endpoint, in words: each counter of outlier detection, and what it counts.

https://www.envoyproxy.io/docs/envoy/v1.40.0/intro/arch_overview/upstream/outlier
"""

from collections.abc import Iterator

from msgspec import Struct

from lateen.plan.upstream import OutlierDetection

_DEFAULT = 5


class Counter(Struct, frozen=True):
    """One counter. `field`: as DestinationRules write it; `statistic`: Envoy's, which says how often it ejected;
    `number`: of errors in a row that eject, 0 = it ejects nobody; `counts`: what is an error to it."""

    field: str
    statistic: str
    number: int
    counts: str
    is_default: bool = False


def counters(plan: OutlierDetection) -> Iterator[Counter]:
    """Yield the counters of an upstream's outlier detection, with the defaults of what is not said."""
    codes = ", ".join(str(code) for code in plan.http_codes) or "500 to 599"
    connections = "" if plan.split_local_origin else ", and connections that fail"
    all_errors = plan.consecutive_5xx
    yield Counter(
        "consecutive5xxErrors",
        "ejections_enforced_consecutive_5xx",
        _DEFAULT if all_errors < 0 else all_errors,
        f"answers {codes}{connections}",
        all_errors < 0,
    )
    gateway = plan.consecutive_gateway_errors
    yield Counter(
        "consecutiveGatewayErrors",
        "ejections_enforced_consecutive_gateway_failure",
        max(gateway, 0),
        f"answers 502, 503 and 504{connections}; 500 and 501 are none to it",
        gateway < 0,
    )
    if plan.split_local_origin:
        local = plan.consecutive_local_origin_failures
        yield Counter(
            "consecutiveLocalOriginFailures",
            "ejections_enforced_consecutive_local_origin_failure",
            _DEFAULT if local < 0 else local,
            "connections that fail, that time out or are reset",
            local < 0,
        )

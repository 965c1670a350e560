"""When an endpoint that fails is left alone for a while."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.durations import duration_faults
from lateen.kinds.model import Duration, Int32, Model, Uint32, named
from lateen.kinds.numbers import percent_faults

ErrorCode = Annotated[int, Meta(ge=100, le=599)]


class OutlierDetection(Model, frozen=True, kw_only=True):
    """What is None takes Istio's default. `consecutive_errors` is deprecated."""

    consecutive_errors: Int32 = 0
    consecutive_5xx_errors: Uint32 | None = named("consecutive5xxErrors", None)
    consecutive_gateway_errors: Uint32 | None = None
    consecutive_local_origin_failures: Uint32 | None = None
    split_external_local_origin_errors: bool = False
    interval: Duration | None = None
    base_ejection_time: Duration | None = None
    max_ejection_percent: Int32 = 0
    min_health_percent: Int32 = 0
    outlier_detection_http_error_codes: tuple[ErrorCode, ...] = ()


def outlier_faults(path: str, outliers: OutlierDetection | None) -> Iterator[Fault]:
    """Yield what is wrong with outlier detection."""
    if outliers is None:
        return
    if outliers.consecutive_errors:
        fix = "use consecutive5xxErrors or consecutiveGatewayErrors"
        yield Fault(f"{path}.consecutiveErrors", "is deprecated", fix, "warning")
    if outliers.consecutive_local_origin_failures and not outliers.split_external_local_origin_errors:
        fix = "set splitExternalLocalOriginErrors: true"
        yield Fault(f"{path}.consecutiveLocalOriginFailures", "counts only errors that are split off", fix)
    yield from duration_faults(f"{path}.interval", outliers.interval)
    yield from duration_faults(f"{path}.baseEjectionTime", outliers.base_ejection_time)
    yield from percent_faults(f"{path}.maxEjectionPercent", outliers.max_ejection_percent)
    yield from percent_faults(f"{path}.minHealthPercent", outliers.min_health_percent)

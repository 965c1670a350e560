"""Retries of failed requests."""

from collections.abc import Iterator

from lateen.base.errors import Fault
from lateen.kinds.durations import duration_faults
from lateen.kinds.model import Duration, Int32, Model
from lateen.kinds.numbers import count_faults
from lateen.kinds.suggestion import did_you_mean

# https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/http/http_filters/router_filter#x-envoy-retry-on
CONDITIONS = frozenset(
    {
        "5xx", "gateway-error", "reset", "reset-before-request", "connect-failure", "envoy-ratelimited",
        "retriable-4xx", "refused-stream", "retriable-status-codes", "retriable-headers",
        "http3-post-connect-failure", "cancelled", "deadline-exceeded", "internal", "resource-exhausted",
        "unavailable",
    }
)  # fmt: skip


class HTTPRetry(Model, frozen=True, kw_only=True):
    """`attempts` 0 = no retries. `retry_on`: Envoy's conditions and status codes, by commas; "" = default."""

    attempts: Int32 = 0
    per_try_timeout: Duration | None = None
    retry_on: str = ""
    retry_remote_localities: bool | None = None
    retry_ignore_previous_hosts: bool | None = None
    backoff: Duration | None = None


def retry_faults(path: str, retry: HTTPRetry | None) -> Iterator[Fault]:
    """Yield what is wrong with a retry policy."""
    if retry is None:
        return
    yield from count_faults(f"{path}.attempts", retry.attempts)
    if retry.attempts == 0:
        yield from _idle_faults(path, retry)
    yield from duration_faults(f"{path}.perTryTimeout", retry.per_try_timeout)
    yield from duration_faults(f"{path}.backoff", retry.backoff)
    for condition in retry.retry_on.split(",") if retry.retry_on else ():
        yield from _condition_faults(f"{path}.retryOn", condition.strip())


def _idle_faults(path: str, retry: HTTPRetry) -> Iterator[Fault]:
    settings = {
        "perTryTimeout": retry.per_try_timeout,
        "retryOn": retry.retry_on or None,
        "retryRemoteLocalities": retry.retry_remote_localities,
        "backoff": retry.backoff,
    }
    for name, value in settings.items():
        if value is not None:
            yield Fault(f"{path}.{name}", "has no effect: attempts is 0, so retries are off", "set attempts")


def _condition_faults(path: str, condition: str) -> Iterator[Fault]:
    if condition.isdigit():
        if not 100 <= int(condition) <= 599:
            yield Fault(path, f"{condition} is not an HTTP status code", "100 to 599")
    elif condition not in CONDITIONS:
        fix = did_you_mean(condition, CONDITIONS) or f"known: {', '.join(sorted(CONDITIONS))}"
        yield Fault(path, f'"{condition}" is not a retry condition', fix)

"""Faults that a route injects on purpose: delays and aborts."""

from collections.abc import Iterator
from typing import ClassVar

from lateen.base.errors import Fault
from lateen.kinds.durations import duration_faults
from lateen.kinds.model import Duration, Int32, Model
from lateen.kinds.numbers import percent_faults
from lateen.kinds.schema_rules import AtMostOne
from lateen.kinds.suggestion import did_you_mean

# https://github.com/grpc/grpc/blob/master/doc/statuscodes.md, by number.
GRPC_STATUSES = (
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
    "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE",
    "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
)  # fmt: skip


class Percentage(Model, frozen=True, kw_only=True):
    """`value`: 0.0 to 100.0."""

    value: float = 0.0


class Delay(Model, frozen=True, kw_only=True):
    """A delay of some of the requests. `percent` is the deprecated whole number."""

    schema_rules: ClassVar = (AtMostOne(("fixedDelay", "exponentialDelay")),)

    fixed_delay: Duration | None = None
    exponential_delay: Duration | None = None
    percentage: Percentage | None = None
    percent: Int32 = 0


class Abort(Model, frozen=True, kw_only=True):
    """An answer in the service's stead, for some of the requests. One of the statuses is set."""

    schema_rules: ClassVar = (AtMostOne(("httpStatus", "grpcStatus", "http2Error")),)

    http_status: Int32 | None = None
    grpc_status: str | None = None
    http2_error: str | None = None
    percentage: Percentage | None = None


class HTTPFaultInjection(Model, frozen=True, kw_only=True):
    """A delay, an abort, or both."""

    delay: Delay | None = None
    abort: Abort | None = None


def injection_faults(path: str, fault: HTTPFaultInjection | None) -> Iterator[Fault]:
    """Yield what is wrong with a fault injection."""
    if fault is None:
        return
    if fault.delay is None and fault.abort is None:
        yield Fault(path, "needs a delay, an abort, or both")
    if fault.delay is not None:
        yield from _delay_faults(f"{path}.delay", fault.delay)
    if fault.abort is not None:
        yield from _abort_faults(f"{path}.abort", fault.abort)


def _delay_faults(path: str, delay: Delay) -> Iterator[Fault]:
    if delay.percent:
        yield Fault(f"{path}.percent", "is deprecated", "use percentage: {value: ...}", "warning")
    yield from percent_faults(f"{path}.percent", delay.percent)
    if delay.percentage is not None:
        yield from percent_faults(f"{path}.percentage.value", delay.percentage.value)
    if delay.fixed_delay is None and delay.exponential_delay is None:
        yield Fault(f"{path}.fixedDelay", "is required")
    if delay.exponential_delay is not None:
        yield Fault(f"{path}.exponentialDelay", "is not supported by Istio", "use fixedDelay")
    yield from duration_faults(f"{path}.fixedDelay", delay.fixed_delay)


def _abort_faults(path: str, abort: Abort) -> Iterator[Fault]:
    statuses = (abort.http_status, abort.grpc_status, abort.http2_error)
    if sum(status is not None for status in statuses) != 1:
        yield Fault(path, "needs exactly one of httpStatus and grpcStatus")
    if abort.http_status is not None and not 200 <= abort.http_status <= 600:
        yield Fault(f"{path}.httpStatus", f"{abort.http_status} is not a status to answer with", "200 to 599")
    if abort.grpc_status is not None:
        yield from _grpc_faults(f"{path}.grpcStatus", abort.grpc_status)
    if abort.http2_error is not None:
        yield Fault(f"{path}.http2Error", "is not supported by Istio", "use httpStatus or grpcStatus")
    if abort.percentage is not None:
        yield from percent_faults(f"{path}.percentage.value", abort.percentage.value)


def _grpc_faults(path: str, status: str) -> Iterator[Fault]:
    if status.isdigit() and int(status) < len(GRPC_STATUSES):
        return
    if status.upper() not in GRPC_STATUSES:
        fix = did_you_mean(status, GRPC_STATUSES) or f"one of {', '.join(GRPC_STATUSES)}"
        yield Fault(path, f'"{status}" is not a gRPC status', fix)

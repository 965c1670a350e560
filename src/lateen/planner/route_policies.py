"""What a rule of a VirtualService does beside forwarding: faults, cross-origin rules."""

from lateen.kinds.networking.cors import CorsPolicy
from lateen.kinds.networking.fault_injection import GRPC_STATUSES, Abort, Delay, HTTPFaultInjection, Percentage
from lateen.plan.matching import StringMatch
from lateen.plan.route_policy import Abort as PlannedAbort
from lateen.plan.route_policy import Cors, Fault
from lateen.plan.route_policy import Delay as PlannedDelay
from lateen.planner.matches import plan_text
from lateen.registry.durations import milliseconds


def plan_fault(injection: HTTPFaultInjection | None) -> Fault | None:
    """Plan a fault injection; None where it hits nothing: without a percentage no request is meant."""
    if injection is None:
        return None
    fault = Fault(_delay(injection.delay), _abort(injection.abort))
    return fault if fault != Fault() else None


def plan_cors(policy: CorsPolicy | None) -> Cors | None:
    """Plan a CORS policy."""
    if policy is None:
        return None
    return Cors(
        origins=(*map(_old_origin, policy.allow_origin), *map(plan_text, policy.allow_origins)),
        methods=policy.allow_methods,
        headers=policy.allow_headers,
        expose=policy.expose_headers,
        max_age_s=milliseconds(policy.max_age, -1000) // 1000,
        credentials=policy.allow_credentials,
        forward_unmatched=policy.unmatched_preflights != "IGNORE",
    )


def share(percentage: Percentage | None, default: float) -> float:
    """Return a percentage, `default` where none is given."""
    return default if percentage is None else percentage.value


def _old_origin(origin: str) -> StringMatch:
    return StringMatch("regex", ".*") if origin == "*" else StringMatch("exact", origin)


def _delay(delay: Delay | None) -> PlannedDelay | None:
    percent = share(delay.percentage, float(delay.percent)) if delay else 0.0
    return PlannedDelay(milliseconds(delay.fixed_delay), percent) if delay and percent else None


def _abort(abort: Abort | None) -> PlannedAbort | None:
    percent = share(abort.percentage, 0.0) if abort else 0.0
    if abort is None or not percent:
        return None
    if abort.grpc_status is not None:
        return PlannedAbort(0, percent, _grpc(abort.grpc_status))
    return PlannedAbort(abort.http_status or 0, percent)


def _grpc(status: str) -> int:
    return int(status) if status.isdigit() else GRPC_STATUSES.index(status.upper())

"""Outlier detection: when an endpoint is put out of use for a while, with Istio's defaults."""

from typing import Any

from lateen.envoy.fields import milliseconds
from lateen.plan.upstream import OutlierDetection


def eject(cluster: Any, plan: OutlierDetection) -> None:
    """Set a Cluster's outlier_detection. Success rate is not used, as in Istio.

    A number of errors that is set is enforced; 0 switches that detection off.
    """
    target = cluster.outlier_detection
    target.SetInParent()
    target.enforcing_success_rate.value = 0
    _count(target.consecutive_5xx, target.enforcing_consecutive_5xx, plan.consecutive_5xx)
    _count(
        target.consecutive_gateway_failure,
        target.enforcing_consecutive_gateway_failure,
        plan.consecutive_gateway_errors,
    )
    if plan.split_local_origin:
        target.split_external_local_origin_errors = True
        target.enforcing_local_origin_success_rate.value = 0
        _count(
            target.consecutive_local_origin_failure,
            target.enforcing_consecutive_local_origin_failure,
            plan.consecutive_local_origin_failures,
        )
    for duration, ms in (
        (target.interval, plan.interval_ms),
        (target.base_ejection_time, plan.base_ejection_ms),
    ):
        if ms >= 0:
            milliseconds(duration, ms)
    if plan.max_ejection_percent >= 0:
        target.max_ejection_percent.value = plan.max_ejection_percent
    cluster.common_lb_config.healthy_panic_threshold.value = max(plan.min_health_percent, 0)


def _count(errors: Any, enforced: Any, number: int) -> None:
    if number >= 0:
        enforced.value = 100 if number else 0
    if number > 0:
        errors.value = number

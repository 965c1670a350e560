"""Which endpoint a cluster chooses: its balancer, and who is left out."""

from typing import Any

from lateen.envoy.fields import milliseconds
from lateen.envoy.outliers import eject
from lateen.plan.upstream import Upstream, Warmup


def balance(built: Any, kind: Upstream) -> None:
    """Set what an envoy.config.cluster.v3.Cluster balances by."""
    if kind.discovery in ("ORIGINAL_DST", "DYNAMIC_DNS") or kind.balancer == "PASSTHROUGH":
        built.lb_policy = "CLUSTER_PROVIDED"
        return
    built.lb_policy = kind.balancer
    match kind.balancer:
        case "RING_HASH":
            built.ring_hash_lb_config.minimum_ring_size.value = kind.hash_size
        case "MAGLEV" if kind.hash_size:
            built.maglev_lb_config.table_size.value = kind.hash_size
        case "ROUND_ROBIN" if kind.warmup:
            _warm(built.round_robin_lb_config.slow_start_config, kind.warmup)
        case "LEAST_REQUEST" if kind.warmup:
            _warm(built.least_request_lb_config.slow_start_config, kind.warmup)
    # Never send to endpoints that are leaving or ejected merely because few others are left.
    built.common_lb_config.healthy_panic_threshold.value = 0
    if kind.weighted:
        built.common_lb_config.locality_weighted_lb_config.SetInParent()
    if kind.outliers is not None:
        eject(built, kind.outliers)


def _warm(target: Any, plan: Warmup) -> None:
    milliseconds(target.slow_start_window, plan.ms)
    target.min_weight_percent.value = plan.min_percent
    # Envoy counts the exponent's inverse: 1 is linear growth, more is faster at the start.
    target.aggression.default_value = plan.aggression
    target.aggression.runtime_key = "mesh.warmup.aggression"

"""How an endpoint is chosen: from load-balancer settings to the plan's."""

from lateen.kinds.networking.load_balancer import LoadBalancerSettings
from lateen.plan.upstream import Balancer, Warmup
from lateen.registry.durations import milliseconds

_BALANCERS: dict[str, Balancer] = {
    "ROUND_ROBIN": "ROUND_ROBIN",
    "RANDOM": "RANDOM",
    "PASSTHROUGH": "PASSTHROUGH",
}
# Istio's smallest ring where none is given.
_RING = 1024


def balancer(settings: LoadBalancerSettings | None) -> tuple[Balancer, int]:
    """Plan the balancer, and the size of what it hashes by; LEAST_REQUEST where nothing else is said."""
    if settings is None or (hashing := settings.consistent_hash) is None:
        return _BALANCERS.get((settings.simple or "") if settings else "", "LEAST_REQUEST"), 0
    if hashing.maglev is not None:
        return "MAGLEV", hashing.maglev.table_size
    said = hashing.ring_hash.minimum_ring_size if hashing.ring_hash else hashing.minimum_ring_size
    return "RING_HASH", said or _RING


def warmup(settings: LoadBalancerSettings | None) -> Warmup | None:
    """Plan how a new endpoint's share grows; None where it has its whole share at once."""
    if settings is None:
        return None
    if (said := settings.warmup) is None:
        ms = milliseconds(settings.warmup_duration_secs)
        return Warmup(ms) if ms else None
    return Warmup(
        milliseconds(said.duration),
        10.0 if said.minimum_percent is None else said.minimum_percent,
        1.0 if said.aggression is None else said.aggression,
    )

import pytest
from worlds import decode_spec

from lateen.kinds.networking.load_balancer import LoadBalancerSettings
from lateen.plan.upstream import Warmup
from lateen.planner.balancing import balancer, warmup


@pytest.mark.parametrize(
    ("said", "planned"),
    [
        ("{}", ("LEAST_REQUEST", 0)),
        ("{simple: LEAST_CONN}", ("LEAST_REQUEST", 0)),
        ("{simple: RANDOM}", ("RANDOM", 0)),
        ("{consistentHash: {useSourceIp: true}}", ("RING_HASH", 1024)),
        ("{consistentHash: {useSourceIp: true, minimumRingSize: 7}}", ("RING_HASH", 7)),
        ("{consistentHash: {useSourceIp: true, ringHash: {minimumRingSize: 9}}}", ("RING_HASH", 9)),
        ("{consistentHash: {useSourceIp: true, maglev: {tableSize: 11}}}", ("MAGLEV", 11)),
    ],
)
def test_the_balancer_is_least_request_unless_said(said, planned):
    assert balancer(decode_spec(LoadBalancerSettings, said)) == planned


@pytest.mark.parametrize(
    ("said", "planned"),
    [
        ("{}", None),
        ("{warmupDurationSecs: 5s}", Warmup(5000)),
        ("{warmup: {duration: 5s}}", Warmup(5000)),
        ("{warmup: {duration: 5s, minimumPercent: 0, aggression: 2}}", Warmup(5000, 0.0, 2.0)),
    ],
)
def test_an_endpoints_share_grows_only_where_that_is_said(said, planned):
    assert warmup(decode_spec(LoadBalancerSettings, said)) == planned


def test_nothing_said():
    assert balancer(None) == ("LEAST_REQUEST", 0) and warmup(None) is None

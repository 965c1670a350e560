from lateen.envoy.balancing import balance
from lateen.plan.upstream import Upstream, Warmup
from lateen.proto.descriptors import message

Cluster = message("envoy.config.cluster.v3.Cluster")


def balanced(**plan):
    built = Cluster()
    balance(built, Upstream(**({"name": "a", "discovery": "EDS"} | plan)))
    return built


def test_hashing_balancers_have_their_size():
    assert balanced(balancer="RING_HASH", hash_size=1024).ring_hash_lb_config.minimum_ring_size.value == 1024
    assert balanced(balancer="MAGLEV", hash_size=11).maglev_lb_config.table_size.value == 11
    assert not balanced(balancer="MAGLEV").HasField("maglev_lb_config")


def test_new_endpoints_warm_up():
    slow = balanced(warmup=Warmup(5000, 20.0, 2.0)).least_request_lb_config.slow_start_config
    assert (slow.slow_start_window.seconds, slow.min_weight_percent.value) == (5, 20.0)
    assert slow.aggression.default_value == 2.0
    assert balanced(balancer="ROUND_ROBIN", warmup=Warmup(1)).round_robin_lb_config.HasField("slow_start_config")


def test_a_destination_that_the_client_chose_is_not_balanced():
    assert balanced(discovery="ORIGINAL_DST").lb_policy == Cluster.CLUSTER_PROVIDED
    assert balanced(balancer="PASSTHROUGH").lb_policy == Cluster.CLUSTER_PROVIDED

from lateen.envoy.outliers import eject
from lateen.plan.upstream import OutlierDetection
from lateen.proto.descriptors import message


def ejected(**plan):
    cluster = message("envoy.config.cluster.v3.Cluster")()
    eject(cluster, OutlierDetection(**plan))
    return cluster


def test_what_is_not_set_keeps_envoys_default():
    found = ejected().outlier_detection
    assert found.enforcing_success_rate.value == 0 and found.HasField("enforcing_success_rate")
    for field in ("consecutive_5xx", "consecutive_gateway_failure", "interval", "max_ejection_percent"):
        assert not found.HasField(field)


def test_a_number_of_errors_is_enforced_and_zero_switches_off():
    found = ejected(consecutive_5xx=0, consecutive_gateway_errors=3).outlier_detection
    assert found.enforcing_consecutive_5xx.value == 0 and found.HasField("enforcing_consecutive_5xx")
    assert not found.HasField("consecutive_5xx")
    assert found.consecutive_gateway_failure.value == 3
    assert found.enforcing_consecutive_gateway_failure.value == 100


def test_errors_of_local_origin_count_apart_only_when_split():
    assert not ejected(consecutive_local_origin_failures=3).outlier_detection.HasField(
        "consecutive_local_origin_failure"
    )
    split = ejected(consecutive_local_origin_failures=3, split_local_origin=True).outlier_detection
    assert split.split_external_local_origin_errors
    assert split.consecutive_local_origin_failure.value == 3


def test_times_and_percentages():
    cluster = ejected(interval_ms=1500, base_ejection_ms=30_000, max_ejection_percent=40, min_health_percent=20)
    found = cluster.outlier_detection
    assert (found.interval.seconds, found.interval.nanos) == (1, 500_000_000)
    assert found.base_ejection_time.seconds == 30
    assert found.max_ejection_percent.value == 40
    assert cluster.common_lb_config.healthy_panic_threshold.value == 20

from lateen.envoy.retries import retry_policy
from lateen.plan.route import Retries
from lateen.proto.descriptors import message


def built(**plan):
    return message("envoy.config.route.v3.RetryPolicy").FromString(retry_policy(Retries(**plan)))


def test_retries_go_to_another_host_unless_said():
    policy = built(attempts=3, per_try_timeout_ms=100, statuses=(503,))
    assert (policy.num_retries.value, policy.per_try_timeout.nanos) == (3, 100_000_000)
    assert policy.retry_on.startswith("connect-failure,") and list(policy.retriable_status_codes) == [503]
    assert policy.retry_host_predicate[0].name == "envoy.retry_host_predicates.previous_hosts"
    assert policy.host_selection_retry_max_attempts == 5
    assert not built(other_hosts=False).retry_host_predicate


def test_backoff_and_other_localities_are_said():
    policy = built(backoff_ms=1500, other_localities=True)
    assert policy.retry_back_off.base_interval.ToMilliseconds() == 1500
    assert policy.retry_priority.name == "envoy.retry_priorities.previous_priorities"
    assert not built().HasField("retry_back_off") and not built().HasField("retry_priority")

from lateen.kinds.networking.retries import HTTPRetry
from lateen.plan.route import Retries
from lateen.planner.retries import plan_retries


def test_retries_are_istios_unless_said():
    assert plan_retries(None) == Retries()
    assert plan_retries(HTTPRetry(attempts=0)) is None


def test_status_codes_stand_among_conditions():
    said = HTTPRetry(attempts=3, per_try_timeout="3s", retry_on="5xx, reset,503")
    planned = Retries(attempts=3, per_try_timeout_ms=3000, on="5xx,reset,retriable-status-codes", statuses=(503,))
    assert plan_retries(said) == planned


def test_retries_without_conditions_have_the_default_ones():
    assert plan_retries(HTTPRetry(attempts=5)) == Retries(attempts=5)


def test_where_to_and_when_to_try_again():
    said = HTTPRetry(attempts=1, backoff="1s", retry_ignore_previous_hosts=False, retry_remote_localities=True)
    planned = plan_retries(said)
    assert planned is not None and planned.backoff_ms == 1000
    assert (planned.other_hosts, planned.other_localities) == (False, True)

"""From a retry policy to the plan's, with Istio's default where none is given."""

from lateen.kinds.networking.retries import HTTPRetry
from lateen.plan.route import Retries
from lateen.registry.durations import milliseconds


def plan_retries(retry: HTTPRetry | None) -> Retries | None:
    """Plan a retry policy: Istio's default where none is given, no retries where `attempts` is 0."""
    if retry is None:
        return Retries()
    if not retry.attempts:
        return None
    conditions = [word.strip() for word in retry.retry_on.split(",") if word.strip()]
    statuses = tuple(int(word) for word in conditions if word.isdigit())
    words = [word for word in conditions if not word.isdigit()]
    if statuses and "retriable-status-codes" not in words:
        words.append("retriable-status-codes")
    return Retries(
        attempts=retry.attempts,
        per_try_timeout_ms=milliseconds(retry.per_try_timeout),
        on=",".join(words) or Retries().on,
        statuses=statuses,
        backoff_ms=milliseconds(retry.backoff),
        other_hosts=retry.retry_ignore_previous_hosts is not False,
        other_localities=bool(retry.retry_remote_localities),
    )

"""Retry policies, each encoded once."""

import functools

from lateen.envoy.fields import Extension, encode, extend, milliseconds
from lateen.plan.route import Retries
from lateen.proto.descriptors import message

_HOSTS = "envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"
_PRIORITIES = "envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig"
_DRAWS = 5  # of an endpoint, until one is found that this request has not tried
_ATTEMPTS = 2  # between two looks at which localities failed


@functools.lru_cache(maxsize=1024)
def retry_policy(plan: Retries) -> bytes:
    """Return the encoded RetryPolicy."""
    policy = message("envoy.config.route.v3.RetryPolicy")(retry_on=plan.on)
    policy.num_retries.value = plan.attempts
    if plan.per_try_timeout_ms:
        milliseconds(policy.per_try_timeout, plan.per_try_timeout_ms)
    if plan.backoff_ms:
        milliseconds(policy.retry_back_off.base_interval, plan.backoff_ms)
    policy.retriable_status_codes.extend(plan.statuses)
    if plan.other_hosts:
        tried = Extension("envoy.retry_host_predicates.previous_hosts", message(_HOSTS)())
        extend(policy.retry_host_predicate.add(), tried)
        policy.host_selection_retry_max_attempts = _DRAWS
    if plan.other_localities:
        failed = Extension(
            "envoy.retry_priorities.previous_priorities", message(_PRIORITIES)(update_frequency=_ATTEMPTS)
        )
        extend(policy.retry_priority, failed)
    return encode(policy)

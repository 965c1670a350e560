"""XBackendTrafficPolicy: how much is tried again, and where sessions stay (experimental).

https://gateway-api.sigs.k8s.io/geps/gep-3388/
"""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.durations import nanoseconds
from lateen.kinds.gateway_api.conditions import PolicyStatus
from lateen.kinds.gateway_api.header_filters import repeated
from lateen.kinds.gateway_api.names import CATEGORIES, EXPERIMENTAL, GatewayDuration
from lateen.kinds.gateway_api.references import LocalObjectReference
from lateen.kinds.gateway_api.session_persistence import SessionPersistence, session_faults
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Model
from lateen.kinds.spec import AGE, KindSpec

_SECOND = 10**9
_HOUR = 3600 * _SECOND


class RetryBudget(Model, frozen=True, kw_only=True):
    """The share of requests that may be tries, over a while."""

    percent: Annotated[int, Meta(ge=0, le=100)] = 20
    interval: GatewayDuration = "10s"


class RequestRate(Model, frozen=True, kw_only=True):
    """So many in so long."""

    count: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    interval: GatewayDuration = ""


class RetryConstraint(Model, frozen=True, kw_only=True):
    """The share of tries, and how many are allowed whatever the share."""

    budget: RetryBudget = RetryBudget()
    min_retry_rate: RequestRate = RequestRate(count=10, interval="1s")


class XBackendTrafficPolicySpec(Model, frozen=True, kw_only=True):
    """Which backends it is about, and what holds for them."""

    target_refs: Annotated[tuple[LocalObjectReference, ...], Meta(min_length=1, max_length=16)]
    retry_constraint: RetryConstraint | None = None
    session_persistence: SessionPersistence | None = None


class XBackendTrafficPolicy(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: XBackendTrafficPolicySpec
    status: PolicyStatus = PolicyStatus()


def validate(found: XBackendTrafficPolicy) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    spec = found.spec
    names = [f"{target.group}/{target.kind}/{target.name}" for target in spec.target_refs]
    yield from repeated("spec.targetRefs", names)
    yield from session_faults("spec.sessionPersistence", spec.session_persistence)
    if spec.retry_constraint is None:
        return
    if not _SECOND <= (nanoseconds(spec.retry_constraint.budget.interval) or 0) <= _HOUR:
        said = "interval cannot be greater than one hour or less than one second"
        yield Fault("spec.retryConstraint.budget.interval", said)
    rate = spec.retry_constraint.min_retry_rate.interval
    if rate and not 0 < (nanoseconds(rate) or 0) <= _HOUR:
        yield Fault("spec.retryConstraint.minRetryRate.interval", "interval cannot be greater than one hour")


SPEC = KindSpec(
    group=EXPERIMENTAL,
    kind="XBackendTrafficPolicy",
    plural="xbackendtrafficpolicies",
    versions=("v1alpha1",),
    short_names=("xbtrafficpolicy",),
    categories=CATEGORIES,
    defaulted=True,
    model=XBackendTrafficPolicy,
    validate=validate,
    columns=(AGE,),
)

"""Lease: who leads, and since when."""

from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import OpenModel
from lateen.kinds.spec import AGE, Column, KindSpec


class LeaseSpec(OpenModel, frozen=True, kw_only=True):
    """Times are RFC 3339 with microseconds."""

    holder_identity: str = ""
    lease_duration_seconds: int | None = None
    acquire_time: str = ""
    renew_time: str = ""
    lease_transitions: int = 0
    strategy: str = ""
    preferred_holder: str = ""


class Lease(OpenModel, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: LeaseSpec = LeaseSpec()


SPEC = KindSpec(
    group="coordination.k8s.io",
    kind="Lease",
    plural="leases",
    versions=("v1",),
    model=Lease,
    open=True,
    columns=(Column("Holder", ".spec.holderIdentity"), AGE),
)

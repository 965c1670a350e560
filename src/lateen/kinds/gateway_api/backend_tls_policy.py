"""BackendTLSPolicy: a Gateway speaks TLS to a Service, and checks its certificate.

https://gateway-api.sigs.k8s.io/reference/spec/#backendtlspolicy
"""

from collections.abc import Iterator, Mapping
from typing import Annotated

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.gateway_api.certificate_check import CertificateCheck, check_faults
from lateen.kinds.gateway_api.conditions import PolicyStatus
from lateen.kinds.gateway_api.names import CATEGORIES, GROUP, Annotation
from lateen.kinds.gateway_api.references import PolicyTarget, targets_faults
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Model
from lateen.kinds.spec import AGE, KindSpec


class BackendTLSPolicySpec(Model, frozen=True, kw_only=True):
    """Which Services it is about, and how they are checked."""

    target_refs: Annotated[tuple[PolicyTarget, ...], Meta(min_length=1, max_length=16)]
    validation: CertificateCheck
    options: Annotated[Mapping[str, Annotation], Meta(max_length=16)] = {}


class BackendTLSPolicy(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: BackendTLSPolicySpec
    status: PolicyStatus = PolicyStatus()


def validate(found: BackendTLSPolicy) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    yield from targets_faults("spec.targetRefs", found.spec.target_refs)
    yield from check_faults("spec.validation", found.spec.validation)


SPEC = KindSpec(
    group=GROUP,
    kind="BackendTLSPolicy",
    plural="backendtlspolicies",
    versions=("v1", "v1alpha3"),
    short_names=("btlspolicy",),
    categories=CATEGORIES,
    defaulted=True,
    model=BackendTLSPolicy,
    validate=validate,
    columns=(AGE,),
)

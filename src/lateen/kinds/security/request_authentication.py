"""RequestAuthentication: which JWTs requests may carry, and who issues them.

https://istio.io/latest/docs/reference/config/security/request_authentication/
"""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.istio_status import IstioStatus
from lateen.kinds.label_selector import WorkloadSelector
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Model
from lateen.kinds.paths import join
from lateen.kinds.security.dry_run import DRY_RUN
from lateen.kinds.security.jwt_rule import JWTRule, jwt_faults
from lateen.kinds.spec import AGE, KindSpec
from lateen.kinds.target_ref import ATTACHED, PolicyTargetReference, PolicyTargetReferences, attachment_faults


class RequestAuthenticationSpec(Model, frozen=True, kw_only=True):
    """`selector` None = the namespace (the root one: the mesh)."""

    schema_rules: ClassVar = (ATTACHED,)

    selector: WorkloadSelector | None = None
    target_ref: PolicyTargetReference | None = None
    target_refs: PolicyTargetReferences = ()
    jwt_rules: Annotated[tuple[JWTRule, ...], Meta(max_length=4096)] = ()


class RequestAuthentication(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: RequestAuthenticationSpec = RequestAuthenticationSpec()
    status: IstioStatus = IstioStatus()


def validate(found: RequestAuthentication) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    spec = found.spec
    yield from attachment_faults(spec.selector, spec.target_ref, spec.target_refs)
    if DRY_RUN in found.metadata.annotations:
        place = join("metadata.annotations", DRY_RUN)
        yield Fault(place, "only an AuthorizationPolicy can be tried without effect", "remove the annotation")
    for index, rule in enumerate(spec.jwt_rules):
        yield from jwt_faults(f"spec.jwtRules[{index}]", rule)


SPEC = KindSpec(
    group="security.istio.io",
    kind="RequestAuthentication",
    plural="requestauthentications",
    versions=("v1", "v1beta1"),
    short_names=("ra",),
    categories=("istio-io", "security-istio-io"),
    model=RequestAuthentication,
    validate=validate,
    columns=(AGE,),
)

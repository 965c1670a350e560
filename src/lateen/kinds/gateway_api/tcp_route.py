"""TCPRoute: where TCP connections go.

https://gateway-api.sigs.k8s.io/reference/spec/#tcproute
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.gateway_api.conditions import RouteStatus
from lateen.kinds.gateway_api.names import CATEGORIES, GROUP
from lateen.kinds.gateway_api.references import ParentReference, parents_faults
from lateen.kinds.gateway_api.rules import ConnectionRules, connection_faults
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Model
from lateen.kinds.spec import AGE, KindSpec


class TCPRouteSpec(Model, frozen=True, kw_only=True):
    """The parents and the one rule."""

    parent_refs: Annotated[tuple[ParentReference, ...], Meta(max_length=32)] = ()
    rules: ConnectionRules
    use_default_gateways: Literal["All", "None"] | None = None


class TCPRoute(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: TCPRouteSpec
    status: RouteStatus = RouteStatus()


def validate(found: TCPRoute) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    yield from parents_faults("spec.parentRefs", found.spec.parent_refs)
    yield from connection_faults("spec.rules", found.spec.rules)


SPEC = KindSpec(
    group=GROUP,
    kind="TCPRoute",
    plural="tcproutes",
    versions=("v1", "v1alpha2"),
    categories=CATEGORIES,
    defaulted=True,
    model=TCPRoute,
    validate=validate,
    columns=(AGE,),
)

"""TLSRoute: where TLS connections go, by the server name that the client asks for.

https://gateway-api.sigs.k8s.io/reference/spec/#tlsroute
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.addresses import is_ip
from lateen.kinds.gateway_api.conditions import RouteStatus
from lateen.kinds.gateway_api.names import CATEGORIES, GROUP, Hostname
from lateen.kinds.gateway_api.references import ParentReference, parents_faults
from lateen.kinds.gateway_api.rules import ConnectionRules, connection_faults
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Model
from lateen.kinds.spec import AGE, KindSpec


class TLSRouteSpec(Model, frozen=True, kw_only=True):
    """The server names (which v1alpha2 can do without), the parents and the one rule."""

    parent_refs: Annotated[tuple[ParentReference, ...], Meta(max_length=32)] = ()
    hostnames: Annotated[tuple[Hostname, ...], Meta(max_length=1024)] = ()
    rules: ConnectionRules
    use_default_gateways: Literal["All", "None"] | None = None


class TLSRoute(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: TLSRouteSpec
    status: RouteStatus = RouteStatus()


def validate(found: TLSRoute) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    if not found.spec.hostnames and not found.api_version.endswith("/v1alpha2"):
        yield Fault("spec.hostnames", "is required: at least one server name")
    for index, host in enumerate(found.spec.hostnames):
        if is_ip(host):
            yield Fault(f"spec.hostnames[{index}]", "Hostnames cannot contain an IP", "a client asks for a name")
    yield from parents_faults("spec.parentRefs", found.spec.parent_refs)
    yield from connection_faults("spec.rules", found.spec.rules)


SPEC = KindSpec(
    group=GROUP,
    kind="TLSRoute",
    plural="tlsroutes",
    versions=("v1", "v1alpha3", "v1alpha2"),
    categories=CATEGORIES,
    defaulted=True,
    model=TLSRoute,
    validate=validate,
    columns=(AGE,),
)

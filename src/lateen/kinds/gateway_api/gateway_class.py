"""GatewayClass: who acts on the Gateways of a class.

https://gateway-api.sigs.k8s.io/reference/spec/#gatewayclass
"""

from typing import Annotated

from msgspec import Meta

from lateen.kinds.gateway_api.conditions import ClassStatus, condition_cell
from lateen.kinds.gateway_api.names import CATEGORIES, GROUP, ControllerName
from lateen.kinds.gateway_api.references import ParametersReference
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Model
from lateen.kinds.spec import AGE, Column, KindSpec


class GatewayClassSpec(Model, frozen=True, kw_only=True):
    """`controller_name` stays as it was first written."""

    controller_name: ControllerName
    description: Annotated[str, Meta(max_length=64)] = ""
    parameters_ref: ParametersReference | None = None


class GatewayClass(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: GatewayClassSpec
    status: ClassStatus = ClassStatus()


SPEC = KindSpec(
    group=GROUP,
    kind="GatewayClass",
    plural="gatewayclasses",
    versions=("v1", "v1beta1"),
    namespaced=False,
    short_names=("gc",),
    categories=CATEGORIES,
    defaulted=True,
    model=GatewayClass,
    columns=(
        Column("Controller", ".spec.controllerName"),
        Column("Accepted", cell=condition_cell("Accepted")),
        AGE,
        Column("Description", ".spec.description", wide=True),
    ),
)

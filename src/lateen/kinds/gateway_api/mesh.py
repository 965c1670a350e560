"""XMesh: a mesh of the cluster and who runs it (experimental).

https://gateway-api.sigs.k8s.io/geps/gep-3949/
"""

from lateen.kinds.gateway_api.conditions import ClassStatus, condition_cell
from lateen.kinds.gateway_api.gateway_class import GatewayClassSpec
from lateen.kinds.gateway_api.names import CATEGORIES, EXPERIMENTAL
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Model
from lateen.kinds.spec import AGE, Column, KindSpec


class XMesh(Model, frozen=True, kw_only=True):
    """The whole object; its spec says of a mesh what a GatewayClass says of gateways."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: GatewayClassSpec
    status: ClassStatus = ClassStatus()


SPEC = KindSpec(
    group=EXPERIMENTAL,
    kind="XMesh",
    plural="xmeshes",
    versions=("v1alpha1",),
    namespaced=False,
    short_names=("mesh",),
    categories=CATEGORIES,
    defaulted=True,
    model=XMesh,
    columns=(Column("Accepted", cell=condition_cell("Accepted")), AGE),
)

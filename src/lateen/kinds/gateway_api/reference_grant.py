"""ReferenceGrant: objects of other namespaces may refer to objects of this one.

https://gateway-api.sigs.k8s.io/reference/spec/#referencegrant
"""

from typing import Annotated

from msgspec import Meta, field

from lateen.kinds.gateway_api.names import CATEGORIES, GROUP, Group, Kind, Namespace, ObjectName
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Model
from lateen.kinds.spec import AGE, KindSpec


class ReferenceGrantFrom(Model, frozen=True, kw_only=True):
    """Who may refer."""

    group: Group
    kind: Kind
    namespace: Namespace


class ReferenceGrantTo(Model, frozen=True, kw_only=True):
    """What may be referred to; `name` "" = every object of the kind."""

    group: Group
    kind: Kind
    name: ObjectName = ""


class ReferenceGrantSpec(Model, frozen=True, kw_only=True):
    """Everyone of `from_` may refer to everything of `to`."""

    from_: Annotated[tuple[ReferenceGrantFrom, ...], Meta(min_length=1, max_length=16)] = field(name="from")
    to: Annotated[tuple[ReferenceGrantTo, ...], Meta(min_length=1, max_length=16)]


class ReferenceGrant(Model, frozen=True, kw_only=True):
    """The whole object; it has no status."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: ReferenceGrantSpec


SPEC = KindSpec(
    group=GROUP,
    kind="ReferenceGrant",
    plural="referencegrants",
    versions=("v1", "v1beta1"),
    storage_version="v1beta1",
    short_names=("refgrant",),
    categories=CATEGORIES,
    defaulted=True,
    model=ReferenceGrant,
    columns=(AGE,),
)

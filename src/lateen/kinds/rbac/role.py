"""Role: permissions within one namespace."""

from collections.abc import Iterator

from lateen.base.errors import Fault
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import OpenModel
from lateen.kinds.rbac.policy_rule import PolicyRule, rule_faults
from lateen.kinds.spec import Column, KindSpec

GROUP = "rbac.authorization.k8s.io"
CREATED = Column("Created At", ".metadata.creationTimestamp")


class Role(OpenModel, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    rules: tuple[PolicyRule, ...] = ()


def validate(role: Role) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    yield from rule_faults(role.rules, namespaced=True)


SPEC = KindSpec(
    group=GROUP,
    kind="Role",
    plural="roles",
    versions=("v1",),
    model=Role,
    validate=validate,
    open=True,
    free_names=True,
    columns=(CREATED,),
)

"""ClusterRole: permissions everywhere, or wherever a binding grants them."""

from collections.abc import Iterator

from lateen.base.errors import Fault
from lateen.kinds.label_selector import LabelSelector
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import OpenModel
from lateen.kinds.rbac.policy_rule import PolicyRule, rule_faults
from lateen.kinds.rbac.role import CREATED, GROUP
from lateen.kinds.spec import KindSpec


class AggregationRule(OpenModel, frozen=True, kw_only=True):
    """The role's rules are those of all ClusterRoles that any of the selectors matches."""

    cluster_role_selectors: tuple[LabelSelector, ...] = ()


class ClusterRole(OpenModel, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    rules: tuple[PolicyRule, ...] = ()
    aggregation_rule: AggregationRule | None = None


def validate(role: ClusterRole) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    yield from rule_faults(role.rules, namespaced=False)
    if role.aggregation_rule is not None and not role.aggregation_rule.cluster_role_selectors:
        yield Fault("aggregationRule.clusterRoleSelectors", "at least one clusterRoleSelector required")


SPEC = KindSpec(
    group=GROUP,
    kind="ClusterRole",
    plural="clusterroles",
    versions=("v1",),
    namespaced=False,
    model=ClusterRole,
    validate=validate,
    open=True,
    free_names=True,
    columns=(CREATED,),
)

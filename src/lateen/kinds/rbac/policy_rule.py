"""What a role allows: verbs on resources, or on paths that are no resources."""

from collections.abc import Iterator

from lateen.base.errors import Fault
from lateen.kinds.model import OpenModel, named


class PolicyRule(OpenModel, frozen=True, kw_only=True):
    """One permission. "*" stands for all; `resources` as `pods`, `pods/log`, `*/scale`; no names: every object."""

    verbs: tuple[str, ...] = ()
    api_groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    resource_names: tuple[str, ...] = ()
    non_resource_urls: tuple[str, ...] = named("nonResourceURLs", ())


def rule_faults(rules: tuple[PolicyRule, ...], *, namespaced: bool) -> Iterator[Fault]:
    """Yield what is wrong with a role's rules. Source: Kubernetes' validation of roles."""
    for index, rule in enumerate(rules):
        path = f"rules[{index}]"
        if not rule.verbs:
            yield Fault(f"{path}.verbs", "verbs must contain at least one value")
        if rule.non_resource_urls:
            yield from _path_faults(path, rule, namespaced)
            continue
        if not rule.api_groups:
            message = "resource rules must supply at least one api group"
            yield Fault(f"{path}.apiGroups", message, 'the core group is ""')
        if not rule.resources:
            yield Fault(f"{path}.resources", "resource rules must supply at least one resource")


def _path_faults(path: str, rule: PolicyRule, namespaced: bool) -> Iterator[Fault]:
    where = f"{path}.nonResourceURLs"
    if namespaced:
        yield Fault(where, "namespaced rules cannot apply to non-resource URLs", "use a ClusterRole")
    if rule.api_groups or rule.resources or rule.resource_names:
        yield Fault(where, "rules cannot apply to both regular resources and non-resource URLs", "write two rules")

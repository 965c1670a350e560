"""Say what a user may do: a table of roles by group. What no rule allows is forbidden."""

from collections.abc import Mapping
from typing import NamedTuple

from lateen.apiserver.authentication import User
from lateen.apiserver.status import resource_name

MASTERS = "system:masters"
CONTROL_PLANE = "lateen:control-plane"
CONTROLLERS = "lateen:controllers"
NODES = "system:nodes"
ACCOUNTS = "system:serviceaccounts"

READ = frozenset({"get", "list", "watch"})
WRITE = frozenset({"create", "update", "patch"})
REMOVE = frozenset({"delete", "deletecollection"})
ANY = frozenset({"*"})


class Attributes(NamedTuple):
    """One request: verb as in RBAC (get, list, watch, create, update, patch, delete, deletecollection)."""

    verb: str
    group: str
    resource: str
    subresource: str = ""
    namespace: str = ""
    name: str = ""


class Rule(NamedTuple):
    """What is allowed. `resources` as `pods`, `pods/status`, `*/status`, `*` (no subresource), `**` (everything).

    `own`: only in the namespace of the service account that asks.
    """

    verbs: frozenset[str]
    groups: frozenset[str]
    resources: frozenset[str]
    own: bool = False

    def allows(self, user: User, asked: Attributes) -> bool:
        """Say whether the rule covers what is asked."""
        if self.own and (user.subject is None or user.subject.namespace != asked.namespace):
            return False
        verbs = bool(self.verbs & {"*", asked.verb})
        return verbs and bool(self.groups & {"*", asked.group}) and self._covers(asked)

    def _covers(self, asked: Attributes) -> bool:
        if not asked.subresource:
            return bool(self.resources & {"**", "*", asked.resource})
        names = {"**", f"*/{asked.subresource}", f"{asked.resource}/{asked.subresource}"}
        return bool(self.resources & names)


def _rule(verbs: frozenset[str], groups: str, resources: str, *, own: bool = False) -> Rule:
    """Write a rule on a line: groups and resources separated by spaces, "core" for the group without a name."""
    named = frozenset("" if group == "core" else group for group in groups.split())
    return Rule(verbs, named, frozenset(resources.split()), own)


ISTIO = "networking.istio.io security.istio.io telemetry.istio.io extensions.istio.io gateway.networking.k8s.io"
_REVIEWS = _rule(frozenset({"create"}), "authentication.k8s.io authorization.k8s.io", "*")
_EVENTS = _rule(WRITE, "core events.k8s.io", "events")

ROLES: Mapping[str, tuple[Rule, ...]] = {
    MASTERS: (_rule(ANY, "*", "**"),),
    # istiod: reads everything, reports in statuses, asks who a token belongs to.
    CONTROL_PLANE: (
        _rule(READ, "*", "*"),
        _rule(WRITE, ISTIO, "*/status"),
        _rule(WRITE, "coordination.k8s.io", "leases"),
        _rule(WRITE, "core", "configmaps"),
        _EVENTS,
        _REVIEWS,
    ),
    # The controllers make what Kubernetes' own controllers make.
    CONTROLLERS: (
        _rule(READ, "*", "*"),
        _rule(WRITE | REMOVE, "core", "pods serviceaccounts configmaps namespaces"),
        _rule(WRITE | REMOVE, "apps discovery.k8s.io coordination.k8s.io", "*"),
        _rule(WRITE, "core apps", "*/status */scale */finalize"),
        _EVENTS,
    ),
    # The node runs pods: reads what they need, tells how they are, ends them, and fetches tokens for them.
    NODES: (
        _rule(READ, "core", "pods services nodes namespaces secrets configmaps serviceaccounts"),
        _rule(READ, "discovery.k8s.io lateen.dev apps " + ISTIO, "*"),
        _rule(WRITE, "core", "nodes nodes/status pods/status services/status"),
        _rule(frozenset({"delete"}), "core", "pods"),
        _rule(frozenset({"create"}), "core", "serviceaccounts/token"),
        _rule(WRITE, "coordination.k8s.io", "leases"),
        _EVENTS,
        _rule(frozenset({"create"}), "authentication.k8s.io", "tokenreviews"),
    ),
    # A workload may read the mesh configuration of its own namespace, and ask who it is itself.
    ACCOUNTS: (
        _rule(READ, ISTIO, "*", own=True),
        _rule(
            frozenset({"create"}),
            "authentication.k8s.io authorization.k8s.io",
            "selfsubjectreviews selfsubjectaccessreviews",
        ),
    ),
}


def allowed(user: User, asked: Attributes) -> bool:
    """Say whether any rule of the user's groups allows what is asked."""
    rules = (rule for group in user.groups for rule in ROLES.get(group, ()))
    return any(rule.allows(user, asked) for rule in rules)


def denial(user: User, asked: Attributes) -> str:
    """Say what is not allowed, in Kubernetes' words."""
    resource = f"{asked.resource}/{asked.subresource}" if asked.subresource else asked.resource
    place = f' in the namespace "{asked.namespace}"' if asked.namespace else " at the cluster scope"
    group = f'in API group "{asked.group}"'
    return f'User "{user.name}" cannot {asked.verb} resource "{resource}" {group}{place}'


def denied_subject(asked: Attributes) -> str:
    """Name the resource that a denial is about."""
    return resource_name(asked.resource, asked.group)

"""Say what a user may do: what roles grant, by Kubernetes' RBAC. What no rule allows is forbidden."""

from collections.abc import Iterator

from lateen.apiserver.grants import Grants, RoleRef
from lateen.apiserver.rules import EVERYTHING, Attributes, Rule
from lateen.apiserver.status import Refusal, forbidden
from lateen.apiserver.user import MASTERS, User

# The groups that the mesh's own parts are in; roles.yaml says what each may do.
CONTROL_PLANE = "lateen:control-plane"
CONTROLLERS = "lateen:controllers"


class Authorizer:
    """Decides from the roles and bindings as they stand. The group system:masters may do everything, always."""

    def __init__(self, grants: Grants) -> None:
        self._grants = grants

    def rules(self, user: User, namespace: str) -> Iterator[Rule]:
        """Every rule that `user` has within `namespace`; "" = those that hold everywhere."""
        if MASTERS in user.groups:
            yield from EVERYTHING
        yield from self._grants.rules(user, namespace)

    def role(self, role: RoleRef) -> tuple[Rule, ...] | None:
        """The rules of a role; None when there is no such role."""
        return self._grants.role(role)

    def allowed(self, user: User, asked: Attributes) -> bool:
        """Say whether any rule of the user's allows what is asked."""
        return any(rule.allows(asked) for rule in self.rules(user, asked.namespace))

    def check(self, user: User, asked: Attributes) -> None:
        """Refuse (403) what is not allowed."""
        if self.allowed(user, asked):
            return
        why = denial(user, asked)
        raise (
            Refusal(403, f"forbidden: {why}") if asked.path else forbidden(asked.group, asked.resource, asked.name, why)
        )


def denial(user: User, asked: Attributes) -> str:
    """Say what is not allowed, in Kubernetes' words."""
    if asked.path:
        return f'User "{user.name}" cannot {asked.verb} path "{asked.path}"'
    resource = f"{asked.resource}/{asked.subresource}" if asked.subresource else asked.resource
    place = f' in the namespace "{asked.namespace}"' if asked.namespace else " at the cluster scope"
    group = f'in API group "{asked.group}"'
    return f'User "{user.name}" cannot {asked.verb} resource "{resource}" {group}{place}'

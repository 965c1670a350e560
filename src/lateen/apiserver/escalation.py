"""Keep people from granting what they do not have themselves: the guard of roles and bindings."""

from collections.abc import Iterable
from typing import Any

from lateen.apiserver.admission import Attempt
from lateen.apiserver.authorization import Authorizer
from lateen.apiserver.grants import GROUP, role_of
from lateen.apiserver.rules import EVERYTHING, Attributes, Rule, compiled, missing
from lateen.apiserver.status import forbidden, invalid, not_found
from lateen.apiserver.user import User

Raw = dict[str, Any]

# https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
_GRANTING = {
    "Role": ("rules",),
    "ClusterRole": ("rules", "aggregationRule"),
    "RoleBinding": ("roleRef", "subjects"),
    "ClusterRoleBinding": ("roleRef", "subjects"),
}
_MOST_PARTS = 10_000  # what one write may make the server compare


class Escalation:
    """Refuses (403) a role or binding that grants more than its writer has, unless they may `escalate` or `bind`."""

    def __init__(self, authorizer: Authorizer) -> None:
        self._authorizer = authorizer

    def guard(self, attempt: Attempt) -> Raw:
        """Return the object unchanged, or refuse it."""
        kind, before, after = attempt.kind, attempt.before, attempt.after
        if kind.group != GROUP or _same(before, after, _GRANTING[kind.kind]):
            return after
        namespace = after["metadata"].get("namespace", "")
        if kind.kind.endswith("Binding"):
            self._check_binding(attempt, namespace)
        elif not self._may(attempt.user, "escalate", kind.plural, namespace, after["metadata"]["name"]):
            wanted = EVERYTHING if after.get("aggregationRule") else compiled(after.get("rules") or ())
            self._check_held(attempt, namespace, wanted)
        return after

    def _check_binding(self, attempt: Attempt, namespace: str) -> None:
        role = role_of(attempt.after)
        plural = role.resource.partition(".")[0]
        if self._may(attempt.user, "bind", plural, namespace, role.key.name):
            return
        rules = self._authorizer.role(role)
        if rules is None:
            raise not_found(GROUP, plural, role.key.name)
        self._check_held(attempt, namespace, rules)

    def _may(self, user: User, verb: str, plural: str, namespace: str, name: str) -> bool:
        return self._authorizer.allowed(user, Attributes(verb, GROUP, plural, "", namespace, name))

    def _check_held(self, attempt: Attempt, namespace: str, wanted: Iterable[Rule]) -> None:
        rules = tuple(wanted)
        name, kind, user = attempt.after["metadata"]["name"], attempt.kind, attempt.user
        if sum(map(_size, rules)) > _MOST_PARTS:
            cause = {"reason": "FieldValueTooMany", "message": "grants too many things at once", "field": "rules"}
            raise invalid(GROUP, kind.kind, name, [cause])
        lacking = missing(self._authorizer.rules(user, namespace), rules)
        if lacking:
            groups = " ".join(f'"{group}"' for group in user.groups)
            told = "\n".join(_told(rule) for rule in lacking[:20])
            why = f'user "{user.name}" (groups=[{groups}]) is attempting to grant RBAC permissions not currently held:'
            raise forbidden(GROUP, kind.plural, name, f"{why}\n{told}")


def _same(before: Raw | None, after: Raw, fields: tuple[str, ...]) -> bool:
    return before is not None and all(before.get(field) == after.get(field) for field in fields)


def _size(rule: Rule) -> int:
    each = len(rule.groups) * len(rule.resources) * max(len(rule.names), 1)
    return len(rule.verbs) * (each + len(rule.paths))


def _told(rule: Rule) -> str:
    titles = {"apiGroups": "APIGroups", "resources": "Resources", "resourceNames": "ResourceNames", "verbs": "Verbs"}
    titles["nonResourceURLs"] = "NonResourceURLs"
    quoted = {field: " ".join(f'"{value}"' for value in values) for field, values in sorted(rule.raw().items())}
    parts = [f"{titles[field]}:[{text}]" for field, text in quoted.items()]
    return "{" + ", ".join(parts) + "}"

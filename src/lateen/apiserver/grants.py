"""Which rules are granted to whom: an index over the stored roles and bindings, kept as they change."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from lateen.apiserver.rules import Rule, compiled
from lateen.apiserver.storage import Change, Storage
from lateen.apiserver.user import User, account_name, account_of
from lateen.base.refs import Key

Raw = Mapping[str, Any]

GROUP = "rbac.authorization.k8s.io"
ROLES, CLUSTER_ROLES = f"roles.{GROUP}", f"clusterroles.{GROUP}"
BINDINGS, CLUSTER_BINDINGS = f"rolebindings.{GROUP}", f"clusterrolebindings.{GROUP}"
# What every service account may do in its own namespace: a ClusterRole, as if bound in every namespace.
WORKLOAD = "lateen:workload"


class RoleRef(NamedTuple):
    """A Role or ClusterRole by its resource and key."""

    resource: str
    key: Key


class Grants:
    """Answers by subject: a decision costs what its subjects are bound to, not what there is."""

    def __init__(self, storage: Storage) -> None:
        self._rules: dict[RoleRef, tuple[Rule, ...]] = {}
        # subject → namespace of the binding ("" = everywhere) → binding → role
        self._bound: defaultdict[str, defaultdict[str, dict[Key, RoleRef]]] = defaultdict(lambda: defaultdict(dict))
        self._subjects: dict[Key, tuple[str, ...]] = {}
        for resource in (ROLES, CLUSTER_ROLES, BINDINGS, CLUSTER_BINDINGS):
            for key, body in storage.objects(resource):
                self._note(resource, key, msgspec.json.decode(body))
        storage.subscribe(self._follow)

    def rules(self, user: User, namespace: str) -> Iterator[Rule]:
        """Every rule that `user` has within `namespace`; "" = those that hold everywhere."""
        for subject in (f"User:{user.name}", *(f"Group:{group}" for group in user.groups)):
            if subject in self._bound:
                yield from self._bound_rules(self._bound[subject], namespace)
        account = account_of(user.name)
        if account is not None and account[0] == namespace:
            yield from self.role(RoleRef(CLUSTER_ROLES, Key("", WORKLOAD))) or ()

    def _bound_rules(self, places: Mapping[str, Mapping[Key, RoleRef]], namespace: str) -> Iterator[Rule]:
        for place in {"", namespace}:
            for role in places.get(place, {}).values():
                yield from self._rules.get(role, ())

    def role(self, role: RoleRef) -> tuple[Rule, ...] | None:
        """The rules of a role; None when there is no such role."""
        return self._rules.get(role)

    def _follow(self, change: Change) -> None:
        if not change.resource.endswith(GROUP):
            return
        if change.type == "DELETED":
            self._forget(change.resource, change.key)
        else:
            self._note(change.resource, change.key, msgspec.json.decode(change.body))

    def _note(self, resource: str, key: Key, raw: Raw) -> None:
        if resource in (ROLES, CLUSTER_ROLES):
            self._rules[RoleRef(resource, key)] = compiled(raw.get("rules") or ())
            return
        self._forget(resource, key)
        role = role_of(raw)
        subjects = self._subjects[key] = tuple(_subject(subject) for subject in raw.get("subjects") or ())
        for subject in subjects:
            self._bound[subject][key.namespace][key] = role

    def _forget(self, resource: str, key: Key) -> None:
        if resource in (ROLES, CLUSTER_ROLES):
            self._rules.pop(RoleRef(resource, key), None)
            return
        for subject in self._subjects.pop(key, ()):
            places = self._bound[subject]
            places[key.namespace].pop(key, None)
            if not places[key.namespace]:
                del places[key.namespace]
            if not places:
                del self._bound[subject]


def role_of(binding: Raw) -> RoleRef:
    """The role that a binding grants."""
    reference, namespace = binding["roleRef"], binding["metadata"].get("namespace", "")
    if reference["kind"] == "ClusterRole":
        return RoleRef(CLUSTER_ROLES, Key("", reference["name"]))
    return RoleRef(ROLES, Key(namespace, reference["name"]))


def _subject(subject: Raw) -> str:
    if subject["kind"] == "ServiceAccount":
        return f"User:{account_name(subject.get('namespace', ''), subject['name'])}"
    return f"{subject['kind']}:{subject['name']}"

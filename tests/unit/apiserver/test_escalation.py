from typing import Any

import pytest
from apiservers import WRITE
from roles import bind, role

from lateen.apiserver.authorization import Authorizer
from lateen.apiserver.escalation import Escalation
from lateen.apiserver.grants import GROUP, Grants
from lateen.apiserver.objects import Objects
from lateen.apiserver.status import Refusal
from lateen.apiserver.user import MASTERS, User
from lateen.base.refs import Key
from lateen.kinds.all import by_kind

ALICE = User("alice")
PODS = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}
SECRETS = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}


@pytest.fixture
def guarded(objects: Objects) -> Objects:
    """Objects where alice holds PODS in the namespace default."""
    held = Objects(objects.storage, guards=(Escalation(Authorizer(Grants(objects.storage))).guard,))
    objects.create(by_kind("ClusterRole"), "", role("ClusterRole", "reader", rules=[PODS]), WRITE)
    objects.create(by_kind("ClusterRole"), "", role("ClusterRole", "spy", rules=[SECRETS]), WRITE)
    bind(objects, "RoleBinding", "ClusterRole/reader", "User:alice", namespace="default")
    return held


def write(objects: Objects, kind: str, raw: dict[str, Any], user: User = ALICE) -> None:
    namespace = "default" if by_kind(kind).namespaced else ""
    objects.create(by_kind(kind), namespace, raw, WRITE._replace(user=user))


def grant(objects: Objects, rule: dict[str, Any]) -> None:
    """Give alice one more right in the namespace default."""
    objects.create(by_kind("Role"), "default", role("Role", "more", rules=[rule]), WRITE)
    reference = {"kind": "Role", "name": "more"}
    raw = role("RoleBinding", "more", roleRef=reference, subjects=[{"kind": "User", "name": "alice"}])
    objects.create(by_kind("RoleBinding"), "default", raw, WRITE)


def binding(name: str) -> dict[str, Any]:
    reference = {"kind": "ClusterRole", "name": name}
    return role("RoleBinding", "mine", roleRef=reference, subjects=[{"kind": "User", "name": "bob"}])


def test_what_somebody_holds_they_may_grant_there_and_nowhere_else(guarded: Objects) -> None:
    write(guarded, "Role", role("Role", "mine", rules=[PODS]))
    write(guarded, "RoleBinding", binding("reader"))
    with pytest.raises(Refusal) as refused:
        write(guarded, "ClusterRole", role("ClusterRole", "mine", rules=[PODS]))
    assert refused.value.code == 403


def test_what_they_do_not_hold_they_may_not_and_are_told_what(guarded: Objects) -> None:
    with pytest.raises(Refusal) as refused:
        write(guarded, "Role", role("Role", "mine", rules=[PODS, SECRETS]))
    assert (refused.value.code, refused.value.reason) == (403, "Forbidden")
    assert str(refused.value) == (
        'roles.rbac.authorization.k8s.io "mine" is forbidden: user "alice" (groups=[]) is attempting to grant RBAC '
        'permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}'
    )
    with pytest.raises(Refusal, match="not currently held"):
        write(guarded, "RoleBinding", binding("spy"))
    with pytest.raises(Refusal, match='"none" not found'):
        write(guarded, "RoleBinding", binding("none"))


def test_a_change_is_held_to_the_same(guarded: Objects) -> None:
    write(guarded, "Role", role("Role", "mine", rules=[PODS]))
    key, mine = Key("default", "mine"), WRITE._replace(user=ALICE)
    with pytest.raises(Refusal, match="not currently held"):
        guarded.update(by_kind("Role"), key, lambda raw: raw | {"rules": [SECRETS]}, mine)
    config = role("Role", "mine", rules=[SECRETS])
    with pytest.raises(Refusal, match="not currently held"):
        guarded.apply(by_kind("Role"), key, config, mine, force=True)
    labelled = guarded.update(by_kind("Role"), key, _labelled, mine)
    assert labelled["metadata"]["labels"] == {"a": "b"} and labelled["rules"] == [PODS]


def _labelled(raw: dict[str, Any]) -> dict[str, Any]:
    return raw | {"metadata": raw["metadata"] | {"labels": {"a": "b"}}}


def test_escalate_and_bind_lift_it(guarded: Objects) -> None:
    grant(guarded, {"apiGroups": [GROUP], "resources": ["roles", "clusterroles"], "verbs": ["escalate", "bind"]})
    write(guarded, "Role", role("Role", "mine", rules=[SECRETS]))
    write(guarded, "RoleBinding", binding("spy"))


def test_bind_may_be_for_one_role(guarded: Objects) -> None:
    named = {"apiGroups": [GROUP], "resources": ["clusterroles"], "resourceNames": ["spy"], "verbs": ["bind"]}
    grant(guarded, named)
    write(guarded, "RoleBinding", binding("spy"))


def test_masters_may_and_the_server_itself_is_not_held(guarded: Objects) -> None:
    write(guarded, "ClusterRole", role("ClusterRole", "mine", rules=[SECRETS]), User("admin", (MASTERS,)))
    guarded.create(by_kind("ClusterRole"), "", role("ClusterRole", "its", rules=[SECRETS]), WRITE)


def test_to_aggregate_one_must_hold_everything(guarded: Objects) -> None:
    raw = role("ClusterRole", "mine", aggregationRule={"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]})
    with pytest.raises(Refusal, match="not currently held"):
        write(guarded, "ClusterRole", raw)


def test_what_one_write_makes_the_server_compare_is_bounded(guarded: Objects) -> None:
    many = [f"r{number}" for number in range(200)]
    rule = {"apiGroups": many, "resources": many, "verbs": ["get"]}
    with pytest.raises(Refusal) as refused:
        write(guarded, "Role", role("Role", "mine", rules=[rule]))
    assert refused.value.code == 422

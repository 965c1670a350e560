import pytest
from apiservers import WRITE
from roles import bind, role, subject

from lateen.apiserver.deletion import DeleteOptions
from lateen.apiserver.grants import Grants
from lateen.apiserver.objects import Objects
from lateen.apiserver.rules import Attributes
from lateen.apiserver.user import User
from lateen.base.refs import Key
from lateen.kinds.all import by_kind

PODS = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}
ALICE, BOB = User("alice"), User("bob", ("devs",))
WEB = User("system:serviceaccount:default:web")


def may(grants: Grants, user: User, namespace: str = "") -> bool:
    return any(rule.allows(Attributes("get", "", "pods", "", namespace, "a")) for rule in grants.rules(user, namespace))


@pytest.fixture
def grants(objects: Objects) -> Grants:
    made = Grants(objects.storage)
    objects.create(by_kind("ClusterRole"), "", role("ClusterRole", "reader", rules=[PODS]), WRITE)
    objects.create(by_kind("Role"), "default", role("Role", "reader", rules=[PODS]), WRITE)
    return made


def test_a_cluster_binding_holds_everywhere(objects: Objects, grants: Grants) -> None:
    bind(objects, "ClusterRoleBinding", "ClusterRole/reader", "User:alice", "Group:devs", "ServiceAccount:default/web")
    for user in (ALICE, BOB, WEB):
        assert may(grants, user) and may(grants, user, "kube-system")
    assert not may(grants, User("carol", ("others",)))


@pytest.mark.parametrize("reference", ["Role/reader", "ClusterRole/reader"])
def test_a_binding_in_a_namespace_holds_there_alone(objects: Objects, grants: Grants, reference: str) -> None:
    bind(objects, "RoleBinding", reference, "User:alice", namespace="default")
    assert may(grants, ALICE, "default")
    assert not may(grants, ALICE) and not may(grants, ALICE, "kube-system")


def test_what_changes_counts_from_then_on(objects: Objects, grants: Grants) -> None:
    bind(objects, "ClusterRoleBinding", "ClusterRole/reader", "User:alice")
    binding, cluster_role = by_kind("ClusterRoleBinding"), by_kind("ClusterRole")
    objects.update(binding, Key("", "b"), lambda raw: raw | {"subjects": [subject("User:bob")]}, WRITE)
    assert may(grants, BOB) and not may(grants, ALICE)
    objects.update(cluster_role, Key("", "reader"), lambda raw: raw | {"rules": []}, WRITE)
    assert not may(grants, BOB)
    objects.update(cluster_role, Key("", "reader"), lambda raw: raw | {"rules": [PODS]}, WRITE)
    objects.delete(binding, Key("", "b"), DeleteOptions())
    assert not may(grants, BOB)


def test_a_role_that_is_gone_grants_nothing(objects: Objects, grants: Grants) -> None:
    bind(objects, "ClusterRoleBinding", "ClusterRole/reader", "User:alice")
    objects.delete(by_kind("ClusterRole"), Key("", "reader"), DeleteOptions())
    assert not may(grants, ALICE)


def test_what_is_stored_counts_after_a_restart(objects: Objects, grants: Grants) -> None:
    bind(objects, "ClusterRoleBinding", "ClusterRole/reader", "User:alice")
    assert may(Grants(objects.storage), ALICE)


def test_a_workload_reads_the_mesh_configuration_of_its_own_namespace_only(grants: Grants) -> None:
    def reads(namespace: str) -> bool:
        asked = Attributes("list", "networking.istio.io", "virtualservices", "", namespace)
        return any(rule.allows(asked) for rule in grants.rules(WEB, namespace))

    assert reads("default")
    assert not reads("kube-system") and not reads("")

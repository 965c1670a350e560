import pytest

from lateen.apiserver.authorization import CONTROL_PLANE, CONTROLLERS, Authorizer, denial
from lateen.apiserver.deletion import DeleteOptions
from lateen.apiserver.grants import Grants
from lateen.apiserver.objects import Objects
from lateen.apiserver.rules import Attributes
from lateen.apiserver.status import Refusal
from lateen.apiserver.user import ANONYMOUS, AUTHENTICATED, MASTERS, NODES, User, account_groups, account_name
from lateen.base.refs import Key
from lateen.kinds.all import by_kind

ISTIO = "networking.istio.io"
WORKLOAD = User(account_name("shop", "web"), account_groups("shop"))


@pytest.fixture
def authorizer(objects: Objects) -> Authorizer:
    return Authorizer(Grants(objects.storage))


@pytest.mark.parametrize(
    ("group", "verb", "api", "resource", "subresource", "expected"),
    [
        (MASTERS, "delete", "", "pods", "", True),
        (MASTERS, "create", "", "serviceaccounts", "token", True),
        (CONTROL_PLANE, "watch", ISTIO, "virtualservices", "", True),
        (CONTROL_PLANE, "patch", ISTIO, "virtualservices", "status", True),
        (CONTROL_PLANE, "patch", ISTIO, "virtualservices", "", False),
        (CONTROL_PLANE, "create", "authentication.k8s.io", "tokenreviews", "", True),
        (CONTROL_PLANE, "create", "", "serviceaccounts", "token", False),
        (CONTROL_PLANE, "get", "", "pods", "log", False),
        (CONTROL_PLANE, "get", "", "pods", "exec", False),
        (CONTROLLERS, "create", "", "pods", "", True),
        (CONTROLLERS, "update", "apps", "deployments", "status", True),
        (CONTROLLERS, "create", "", "serviceaccounts", "token", False),
        (CONTROLLERS, "patch", ISTIO, "virtualservices", "", False),
        (NODES, "patch", "", "pods", "status", True),
        (NODES, "patch", "", "pods", "", False),
        (NODES, "create", "", "pods", "", False),
        (NODES, "delete", "", "pods", "", True),
        (NODES, "create", "", "serviceaccounts", "token", True),
        (AUTHENTICATED, "get", "", "pods", "", False),
        (AUTHENTICATED, "create", "authorization.k8s.io", "selfsubjectaccessreviews", "", True),
        (AUTHENTICATED, "create", "authorization.k8s.io", "subjectaccessreviews", "", False),
    ],
)
def test_roles_of_groups(
    authorizer: Authorizer, group: str, verb: str, api: str, resource: str, subresource: str, expected: bool
) -> None:
    asked = Attributes(verb, api, resource, subresource, "shop", "x")
    assert authorizer.allowed(User("u", (group,)), asked) is expected


@pytest.mark.parametrize(
    ("verb", "resource", "expected"), [("list", "virtualservices", True), ("update", "virtualservices", False)]
)
def test_a_workload_reads_the_mesh_configuration(
    authorizer: Authorizer, verb: str, resource: str, expected: bool
) -> None:
    assert authorizer.allowed(WORKLOAD, Attributes(verb, ISTIO, resource, "", "shop")) is expected
    assert not authorizer.allowed(WORKLOAD, Attributes("list", "", "secrets", "", "shop"))


@pytest.mark.parametrize(
    ("user", "path", "expected"),
    [
        (ANONYMOUS, "/healthz", True),
        (ANONYMOUS, "/version", True),
        (ANONYMOUS, "/apis", False),
        (ANONYMOUS, "/metrics", False),
        (User("u", (AUTHENTICATED,)), "/openapi/v3/apis/apps/v1", True),
        (User("u", (AUTHENTICATED,)), "/metrics", False),
        (WORKLOAD, "/openid/v1/jwks", True),
        (User("admin", (MASTERS,)), "/metrics", True),
    ],
)
def test_paths_that_are_no_resources(authorizer: Authorizer, user: User, path: str, expected: bool) -> None:
    assert authorizer.allowed(user, Attributes("get", path=path)) is expected


def test_masters_stay_masters_whatever_is_deleted(authorizer: Authorizer, objects: Objects) -> None:
    objects.delete(by_kind("ClusterRoleBinding"), Key("", "cluster-admin"), DeleteOptions())
    assert authorizer.allowed(User("admin", (MASTERS,)), Attributes("get", "", "pods"))


def test_a_denial_says_who_may_not_do_what_where(authorizer: Authorizer) -> None:
    told = denial(User("u"), Attributes("get", "", "pods", "log", "shop"))
    assert told == 'User "u" cannot get resource "pods/log" in API group "" in the namespace "shop"'
    with pytest.raises(Refusal) as refused:
        authorizer.check(User("u"), Attributes("list", "apps", "deployments"))
    assert str(refused.value) == (
        'deployments.apps is forbidden: User "u" cannot list resource "deployments" in API group "apps" '
        "at the cluster scope"
    )
    with pytest.raises(Refusal) as refused:
        authorizer.check(ANONYMOUS, Attributes("get", path="/metrics"))
    assert str(refused.value) == 'forbidden: User "system:anonymous" cannot get path "/metrics"'

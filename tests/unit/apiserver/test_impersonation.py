import pytest
from apiservers import WRITE
from multidict import CIMultiDict, CIMultiDictProxy
from roles import bind, role

from lateen.apiserver.authorization import Authorizer
from lateen.apiserver.grants import Grants
from lateen.apiserver.impersonation import impersonated
from lateen.apiserver.objects import Objects
from lateen.apiserver.status import Refusal
from lateen.apiserver.user import MASTERS, User
from lateen.kinds.all import by_kind

ADMIN, ALICE = User("admin", (MASTERS,)), User("alice")


@pytest.fixture
def authorizer(objects: Objects) -> Authorizer:
    """Alice may act as bob, and as the service account default/web."""
    rules = [
        {"apiGroups": [""], "resources": ["users"], "resourceNames": ["bob"], "verbs": ["impersonate"]},
        {"apiGroups": [""], "resources": ["serviceaccounts"], "resourceNames": ["web"], "verbs": ["impersonate"]},
    ]
    objects.create(by_kind("ClusterRole"), "", role("ClusterRole", "actor", rules=rules), WRITE)
    bind(objects, "ClusterRoleBinding", "ClusterRole/actor", "User:alice")
    return Authorizer(Grants(objects.storage))


def headers(*pairs: tuple[str, str]) -> CIMultiDictProxy[str]:
    return CIMultiDictProxy(CIMultiDict([(f"Impersonate-{name}", value) for name, value in pairs]))


def test_without_headers_everybody_is_themselves(authorizer: Authorizer) -> None:
    assert impersonated(ALICE, headers(), authorizer) is ALICE


def test_an_admin_acts_as_anybody(authorizer: Authorizer) -> None:
    sent = headers(("User", "bob"), ("Group", "devs"), ("Group", "ops"), ("Uid", "7"), ("Extra-Scopes", "a"))
    other = impersonated(ADMIN, sent, authorizer)
    assert other == User("bob", ("devs", "ops", "system:authenticated"), "7", {"scopes": ("a",)})


def test_a_service_account_is_in_its_groups(authorizer: Authorizer) -> None:
    other = impersonated(ALICE, headers(("User", "system:serviceaccount:default:web")), authorizer)
    assert other.groups == ("system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated")


def test_anonymous_is_not_authenticated(authorizer: Authorizer) -> None:
    assert impersonated(ADMIN, headers(("User", "system:anonymous")), authorizer).groups == ("system:unauthenticated",)


@pytest.mark.parametrize(
    "sent",
    [
        headers(("User", "admin")),
        headers(("User", "bob"), ("Group", "system:masters")),
        headers(("User", "bob"), ("Uid", "1")),
        headers(("User", "bob"), ("Extra-a", "b")),
        headers(("User", "system:serviceaccount:default:other")),
    ],
)
def test_each_part_needs_its_own_right(authorizer: Authorizer, sent: CIMultiDictProxy[str]) -> None:
    assert impersonated(ALICE, headers(("User", "bob")), authorizer).name == "bob"
    with pytest.raises(Refusal) as refused:
        impersonated(ALICE, sent, authorizer)
    assert refused.value.code == 403


@pytest.mark.parametrize("sent", [headers(("Group", "devs")), headers(("Extra-a", "b")), headers(("Unknown", "x"))])
def test_a_part_without_a_user_is_refused(authorizer: Authorizer, sent: CIMultiDictProxy[str]) -> None:
    with pytest.raises(Refusal) as refused:
        impersonated(ADMIN, sent, authorizer)
    assert refused.value.code == 400

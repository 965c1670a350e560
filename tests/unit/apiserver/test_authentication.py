import pytest
from apiservers import POD, WRITE, default, pod
from cryptography.hazmat.primitives.asymmetric import ec

from lateen.apiserver.authentication import Authenticator
from lateen.apiserver.deletion import DeleteOptions
from lateen.apiserver.objects import Objects
from lateen.apiserver.status import Refusal
from lateen.apiserver.tokens import AUDIENCE, Reference, Subject, TokenInvalid, TokenKey
from lateen.apiserver.user import ANONYMOUS, User
from lateen.base.clock import FakeClock
from lateen.base.redacted import Redacted
from lateen.kinds.all import by_kind

KEY = TokenKey(ec.generate_private_key(ec.SECP256R1()))
ADMIN = User("admin", ("system:masters",))


@pytest.fixture
def authenticator(objects: Objects, clock: FakeClock) -> Authenticator:
    return Authenticator([(ADMIN, Redacted(b"secret"))], KEY, objects.find, clock=clock)


@pytest.fixture
def subject(objects: Objects) -> Subject:
    """A pod's own: the account `default` and the pod `a`."""
    account = objects.get(by_kind("ServiceAccount"), default("default"))["metadata"]["uid"]
    made = objects.create(POD, "default", pod("a"), WRITE)["metadata"]["uid"]
    return Subject("default", Reference("default", account), Reference("a", made))


def signed(subject: Subject, clock: FakeClock, audience: str = AUDIENCE) -> str:
    return KEY.sign(subject, (audience,), clock.now(), 3600)


def test_a_static_token_is_its_user(authenticator: Authenticator) -> None:
    assert authenticator.user("Bearer secret") == ADMIN


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Basic secret", "secret", "Bearer secrets", "Bearer secre", "Bearer a.b.c"]
)
def test_everything_else_is_nobody(authenticator: Authenticator, header: str) -> None:
    with pytest.raises(Refusal) as refused:
        authenticator.user(header)
    assert refused.value.code == 401


def test_who_proves_nothing_is_anonymous(authenticator: Authenticator) -> None:
    assert authenticator.user("") == ANONYMOUS and "system:unauthenticated" in ANONYMOUS.groups


def test_a_static_token_is_for_the_api_alone(authenticator: Authenticator) -> None:
    assert authenticator.token("secret", (AUDIENCE, "istio-ca")) == (ADMIN, (AUDIENCE,))
    with pytest.raises(TokenInvalid, match="another audience"):
        authenticator.token("secret", ("istio-ca",))


def test_a_pods_token_is_its_service_account(authenticator: Authenticator, subject: Subject, clock: FakeClock) -> None:
    user = authenticator.user(f"Bearer {signed(subject, clock)}")
    assert user.name == "system:serviceaccount:default:default" and user.subject == subject
    assert "system:serviceaccounts:default" in user.groups
    assert user.info()["extra"]["authentication.kubernetes.io/pod-name"] == ["a"]


def test_a_token_for_another_audience_does_not_speak_to_the_api(
    authenticator: Authenticator, subject: Subject, clock: FakeClock
) -> None:
    token = signed(subject, clock, "istio-ca")
    with pytest.raises(Refusal):
        authenticator.user(f"Bearer {token}")
    assert authenticator.account(token, ("istio-ca", "other"))[1] == ("istio-ca",)
    with pytest.raises(TokenInvalid, match="another audience"):
        authenticator.account(token, ("other",))


def test_a_token_dies_with_its_pod(
    authenticator: Authenticator, subject: Subject, clock: FakeClock, objects: Objects
) -> None:
    token = signed(subject, clock)
    objects.delete(POD, default("a"), DeleteOptions())
    authenticator.account(token, (AUDIENCE,))
    clock.advance(30 + 61)
    with pytest.raises(TokenInvalid, match="pod is gone"):
        authenticator.account(token, (AUDIENCE,))
    objects.delete(POD, default("a"), DeleteOptions(grace=0))
    objects.create(POD, "default", pod("a"), WRITE)
    with pytest.raises(TokenInvalid, match="pod is gone"):
        authenticator.account(token, (AUDIENCE,))


def test_a_token_dies_with_its_account(
    authenticator: Authenticator, subject: Subject, clock: FakeClock, objects: Objects
) -> None:
    objects.delete(by_kind("ServiceAccount"), default("default"), DeleteOptions())
    with pytest.raises(TokenInvalid, match="service account is gone"):
        authenticator.account(signed(subject, clock), (AUDIENCE,))


def test_a_certificate_is_who_it_names(authenticator: Authenticator) -> None:
    subject = ((("organizationName", "devs"),), (("organizationName", "ops"),), (("commonName", "alice"),))
    user = authenticator.user("", {"subject": subject})
    assert (user.name, user.groups) == ("alice", ("devs", "ops", "system:authenticated"))
    assert authenticator.user("", {"subject": ((("organizationName", "devs"),),)}) == ANONYMOUS
    assert authenticator.user("Bearer secret", {"subject": subject}) == ADMIN, "a token says more"

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from lateen.apiserver.authentication import Authenticator, User
from lateen.apiserver.authorization import CONTROL_PLANE
from lateen.apiserver.reviews import review
from lateen.apiserver.status import Refusal
from lateen.apiserver.tokens import TokenKey

AUTHENTICATOR = Authenticator([], TokenKey(ec.generate_private_key(ec.SECP256R1())), lambda kind, key: None)
ISTIOD = User("istiod", (CONTROL_PLANE,))


def test_a_bad_token_is_answered_not_refused() -> None:
    status = review("tokenreviews", {"spec": {"token": "x"}}, ISTIOD, AUTHENTICATOR)["status"]
    assert status["authenticated"] is False and status["error"]
    with pytest.raises(Refusal):
        review("tokenreviews", {"spec": {}}, ISTIOD, AUTHENTICATOR)


def test_who_am_i() -> None:
    status = review("selfsubjectreviews", {}, ISTIOD, AUTHENTICATOR)["status"]
    assert status["userInfo"] == {"username": "istiod", "groups": [CONTROL_PLANE]}


@pytest.mark.parametrize(("verb", "expected"), [("list", True), ("delete", False)])
def test_what_may_i(verb: str, expected: bool) -> None:
    raw = {"spec": {"resourceAttributes": {"verb": verb, "resource": "pods"}}}
    assert review("selfsubjectaccessreviews", raw, ISTIOD, AUTHENTICATOR)["status"]["allowed"] is expected
    raw["spec"] |= {"user": "somebody", "groups": [CONTROL_PLANE]}  # type: ignore[dict-item]
    assert review("subjectaccessreviews", raw, User("x"), AUTHENTICATOR)["status"]["allowed"] is expected


def test_paths_that_are_no_resources_are_the_admins() -> None:
    raw = {"spec": {"nonResourceAttributes": {"path": "/metrics", "verb": "get"}}}
    assert not review("selfsubjectaccessreviews", raw, ISTIOD, AUTHENTICATOR)["status"]["allowed"]

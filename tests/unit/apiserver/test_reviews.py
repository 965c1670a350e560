from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from lateen.apiserver.authentication import Authenticator
from lateen.apiserver.authorization import CONTROL_PLANE, Authorizer
from lateen.apiserver.grants import Grants
from lateen.apiserver.objects import Objects
from lateen.apiserver.paths import Target
from lateen.apiserver.reviews import Reviews
from lateen.apiserver.status import Refusal
from lateen.apiserver.tokens import TokenKey
from lateen.apiserver.user import AUTHENTICATED, User

ISTIOD = User("istiod", (CONTROL_PLANE, AUTHENTICATED))
PODS = {"verb": "list", "resource": "pods", "namespace": "shop"}


@pytest.fixture
def reviews(objects: Objects) -> Reviews:
    key = TokenKey(ec.generate_private_key(ec.SECP256R1()))
    return Reviews(Authenticator([], key, objects.find), Authorizer(Grants(objects.storage)))


def status(reviews: Reviews, plural: str, spec: dict[str, Any], user: User = ISTIOD, namespace: str = "") -> Any:
    target = Target("authorization.k8s.io", "v1", plural, None, namespace)
    return reviews.answer(target, {"spec": spec}, user)["status"]


def test_a_bad_token_is_answered_not_refused(reviews: Reviews) -> None:
    answered = status(reviews, "tokenreviews", {"token": "x"})
    assert answered["authenticated"] is False and answered["error"]
    with pytest.raises(Refusal):
        status(reviews, "tokenreviews", {})


def test_who_am_i(reviews: Reviews) -> None:
    answered = status(reviews, "selfsubjectreviews", {})
    assert answered["userInfo"] == {"username": "istiod", "groups": [CONTROL_PLANE, AUTHENTICATED]}


@pytest.mark.parametrize(("verb", "expected"), [("list", True), ("delete", False)])
def test_what_may_i_and_what_may_they(reviews: Reviews, verb: str, expected: bool) -> None:
    spec: dict[str, Any] = {"resourceAttributes": PODS | {"verb": verb}}
    assert status(reviews, "selfsubjectaccessreviews", spec)["allowed"] is expected
    spec |= {"user": "somebody", "groups": [CONTROL_PLANE]}
    assert status(reviews, "subjectaccessreviews", spec, User("x"))["allowed"] is expected
    assert status(reviews, "localsubjectaccessreviews", spec, User("x"), "shop")["allowed"] is expected


def test_a_service_account_is_asked_about_by_its_name(reviews: Reviews) -> None:
    asked = {"verb": "list", "group": "networking.istio.io", "resource": "gateways", "namespace": "shop"}
    spec = {"user": "system:serviceaccount:shop:web", "resourceAttributes": asked}
    assert status(reviews, "subjectaccessreviews", spec)["allowed"]


def test_paths_are_asked_about_too(reviews: Reviews) -> None:
    def may(path: str) -> Any:
        spec = {"nonResourceAttributes": {"path": path, "verb": "get"}}
        return status(reviews, "selfsubjectaccessreviews", spec)["allowed"]

    assert may("/version") and not may("/metrics")


@pytest.mark.parametrize(
    ("plural", "spec", "namespace"),
    [
        ("selfsubjectaccessreviews", {}, ""),
        ("selfsubjectaccessreviews", {"resourceAttributes": PODS, "nonResourceAttributes": {"path": "/"}}, ""),
        ("subjectaccessreviews", {"resourceAttributes": PODS}, ""),
        ("localsubjectaccessreviews", {"user": "u", "resourceAttributes": PODS}, "other"),
        ("selfsubjectrulesreviews", {}, ""),
    ],
)
def test_a_review_of_nothing_in_particular_is_refused(
    reviews: Reviews, plural: str, spec: dict[str, Any], namespace: str
) -> None:
    with pytest.raises(Refusal) as refused:
        status(reviews, plural, spec, namespace=namespace)
    assert refused.value.code == 422


def test_everything_i_may(reviews: Reviews) -> None:
    answered = status(reviews, "selfsubjectrulesreviews", {"namespace": "shop"}, User("u", (AUTHENTICATED,)))
    assert {
        "verbs": ["create"],
        "apiGroups": ["authentication.k8s.io"],
        "resources": ["selfsubjectreviews"],
    } in answered["resourceRules"]
    assert any("/healthz" in rule["nonResourceURLs"] for rule in answered["nonResourceRules"])
    assert answered["incomplete"] is False

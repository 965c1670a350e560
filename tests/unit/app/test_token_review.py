"""Who holds a token is what the Kubernetes API says; what it does not say plainly is refused."""

import base64
import json
import math
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from lateen.app.token_review import TokenReviews
from lateen.server.auth import Caller, Unauthenticated
from lateen.sources.client import Client

USER = {
    "username": "system:serviceaccount:shop:reviews",
    "uid": "1",
    "groups": ["system:serviceaccounts"],
    "extra": {
        "authentication.kubernetes.io/pod-name": ["reviews-1"],
        "authentication.kubernetes.io/pod-uid": ["7"],
        "authentication.kubernetes.io/node-name": ["node0"],
    },
}


class Api:
    """Answers TokenReviews in the shape of Kubernetes, with the status it is given."""

    def __init__(self) -> None:
        self.code = 201
        self.status: dict[str, Any] = {"authenticated": True, "user": USER, "audiences": ["istio-ca"]}
        self.asked: list[dict[str, Any]] = []

    async def review(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.asked.append(body)
        if self.code >= 400:
            refusal = {"kind": "Status", "status": "Failure", "message": "no", "reason": "Forbidden", "code": self.code}
            return web.json_response(refusal, status=self.code)
        return web.json_response(body | {"status": self.status}, status=self.code)


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
async def reviews(api: Api) -> AsyncIterator[TokenReviews]:
    app = web.Application()
    app.router.add_post("/apis/authentication.k8s.io/v1/tokenreviews", api.review)
    async with TestServer(app) as server, Client(str(server.make_url("/"))) as client:
        yield TokenReviews(client, "cluster.local")


def jwt(**claims: Any) -> str:
    parts = (base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=") for each in ({"alg": "none"}, claims))
    return b".".join([*parts, b"signature"]).decode()


async def test_caller_is_the_tokens_service_account_and_pod(reviews: TokenReviews, api: Api) -> None:
    caller = await reviews.token(jwt(exp=1_800_000_000), "istio-ca")
    assert caller == Caller("cluster.local", "shop", "reviews", "reviews-1", "7", "node0", 1_800_000_000.0)
    review = api.asked[0]
    assert (review["apiVersion"], review["kind"]) == ("authentication.k8s.io/v1", "TokenReview")
    assert review["spec"]["audiences"] == ["istio-ca"]


async def test_a_token_that_is_bound_to_no_pod_proves_the_account_alone(reviews: TokenReviews, api: Api) -> None:
    api.status["user"] = {"username": USER["username"]}
    caller = await reviews.token("opaque", "istio-ca")
    assert caller == Caller("cluster.local", "shop", "reviews", "", "", "", math.inf)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ({"authenticated": False, "error": "expired"}, "expired"),
        ({"authenticated": False}, "nobody's"),
        ({}, "nobody's"),
    ],
)
async def test_a_token_that_is_not_authenticated_is_refused_with_the_servers_words(
    reviews: TokenReviews, api: Api, status: dict[str, Any], words: str
) -> None:
    api.status = status
    with pytest.raises(Unauthenticated, match=words):
        await reviews.token("x", "istio-ca")


@pytest.mark.parametrize("audiences", [None, [], ["https://kubernetes.default.svc"]])
async def test_a_server_that_did_not_look_at_the_audience_is_not_believed(
    reviews: TokenReviews, api: Api, audiences: list[str] | None
) -> None:
    api.status["audiences"] = audiences
    with pytest.raises(Unauthenticated, match="istio-ca"):
        await reviews.token("x", "istio-ca")


@pytest.mark.parametrize(
    "username", ["admin", "system:node:node0", "system:serviceaccount:shop", "system:serviceaccount:a:b:c", ""]
)
async def test_a_user_who_is_no_service_account_is_refused(reviews: TokenReviews, api: Api, username: str) -> None:
    api.status["user"] = {"username": username}
    with pytest.raises(Unauthenticated, match="not a service account's"):
        await reviews.token("x", "istio-ca")


async def test_a_review_that_is_refused_proves_nobody(reviews: TokenReviews, api: Api) -> None:
    api.code = 403
    with pytest.raises(Unauthenticated, match="could not be reviewed"):
        await reviews.token("x", "istio-ca")


@pytest.mark.parametrize("token", ["a.b.c", "a.é.c", "..", jwt(exp="soon"), jwt()])
async def test_an_end_that_cannot_be_read_is_left_to_the_review(reviews: TokenReviews, token: str) -> None:
    assert (await reviews.token(token, "istio-ca")).expires == math.inf

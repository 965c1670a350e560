import io
from typing import Any

import aiohttp
import pytest
from apiservers import (
    Served,
    ask,
)

JSON = {"Content-Type": "application/json"}
# Not too deep for a reader, and too deep for whoever walks it.
NESTED = b'{"metadata": {"name": "a"}, "data": ' + b'{"a":' * 800 + b"1" + b"}" * 801


async def test_health_and_version_need_no_token_and_everything_else_does(server: Served) -> None:
    async with aiohttp.ClientSession() as session:
        for path, status in [
            ("/healthz", 200),
            ("/livez", 200),
            ("/readyz", 200),
            ("/version", 200),
            ("/api", 403),
            ("/api/v1/pods", 403),
            ("/nothing", 403),
        ]:
            async with session.get(server.url + path) as answer:
                assert answer.status == status, path


async def test_what_is_forbidden_is_a_403_that_says_what(server: Served) -> None:
    istiod = server.credentials.tokens["istiod"].reveal().decode()
    status, answer = await ask(server, "DELETE", "/api/v1/namespaces/default/pods/a", istiod)
    assert status == 403 and answer["reason"] == "Forbidden" and "cannot delete" in answer["message"]


@pytest.mark.parametrize(
    ("method", "path", "options", "expected"),
    [
        ("POST", "/api/v1/pods", {"json": {}}, 405),
        ("PUT", "/api/v1/namespaces/default/pods", {"json": {}}, 405),
        (
            "POST",
            "/api/v1/namespaces/default/pods",
            {"data": b"{", "headers": JSON},
            400,
        ),
        ("POST", "/api/v1/namespaces/default/pods", {"json": [1]}, 400),
        ("POST", "/api/v1/namespaces/default/pods", {"json": {"kind": "Secret"}}, 400),
        ("POST", "/api/v1/namespaces/default/configmaps", {"data": io.BytesIO(b"x" * 4_000_000)}, 413),
        ("POST", "/api/v1/namespaces/default/configmaps", {"data": NESTED, "headers": JSON}, 400),
        ("GET", "/api/v1/namespaces/default/pods/a/exec", {}, 404),
        ("GET", "/api/v1/pods?labelSelector=a=b=c", {}, 400),
        ("GET", "/api/v1/pods?fieldSelector=spec.x=1", {}, 400),
        ("PATCH", "/api/v1/namespaces/default/configmaps/c", {"json": {}}, 415),
    ],
)
async def test_bad_requests_are_answered_with_a_status(
    server: Served, method: str, path: str, options: dict[str, Any], expected: int
) -> None:
    status, answer = await ask(server, method, path, **dict(options))
    assert (status, answer["kind"], answer["code"]) == (expected, "Status", expected)


async def test_documents_for_clients(server: Served) -> None:
    for path in (
        "/api",
        "/apis",
        "/apis/apps",
        "/api/v1",
        "/openapi/v3",
        "/openapi/v3/api/v1",
        "/openid/v1/jwks",
        "/.well-known/openid-configuration",
    ):
        status, answer = await ask(server, "GET", path)
        assert status == 200 and answer, path

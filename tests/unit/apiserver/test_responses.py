import aiohttp
from apiservers import (
    Served,
    pod,
)

from lateen.apiserver.credentials import ADMIN
from lateen.apiserver.responses import body_response, json_response, refusal_response
from lateen.apiserver.status import Refusal


async def test_unknown_fields_warn_when_asked_to(server: Served) -> None:
    raw = pod("p")
    raw["spec"]["containers"][0]["imag"] = "x"
    token = server.credentials.tokens[ADMIN].reveal().decode()
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        url = f"{server.url}/api/v1/namespaces/default/pods?fieldValidation=Warn&dryRun=All"
        async with session.post(url, json=raw) as answer:
            assert answer.status == 201 and "imag" in answer.headers["Warning"]


async def test_a_document_that_the_client_has_is_not_sent_again(server: Served) -> None:
    token = server.credentials.tokens[ADMIN].reveal().decode()
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        async with session.get(f"{server.url}/openapi/v3") as index:
            path = (await index.json())["paths"]["api/v1"]["serverRelativeURL"]
            assert "Cache-Control" not in index.headers
        async with session.get(server.url + path) as answer:
            assert "immutable" in answer.headers["Cache-Control"] and (await answer.json())["openapi"] == "3.0.0"
        async with session.get(server.url + path, headers={"If-None-Match": answer.headers["ETag"]}) as again:
            assert again.status == 304 and not await again.read()


async def test_a_warning_cannot_break_out_of_its_header() -> None:
    response = body_response(b"{}", 200, ['say "x"\r\nSet-Cookie: a=b'])
    assert "\n" not in response.headers["Warning"] and response.headers["Warning"].count('"') == 2


def test_a_refusal_says_how_to_authenticate() -> None:
    response = refusal_response(Refusal(401, "no"))
    assert response.status == 401 and response.headers["WWW-Authenticate"] == "Bearer"
    assert json_response({"a": 1}).body == b'{"a":1}'

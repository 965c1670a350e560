"""Write answers: JSON, warnings, and the `Status` of what was refused."""

from typing import Any

import msgspec
from aiohttp import web

from lateen.apiserver.requests import Body
from lateen.apiserver.status import Refusal

Raw = dict[str, Any]


async def read_body(request: web.Request) -> Body:
    """Read a request's body; raises web.HTTPRequestEntityTooLarge."""
    return Body(await request.read(), request.content_type)


def json_response(value: Raw, code: int = 200, *, media: str = "application/json") -> web.Response:
    """Answer with a value."""
    return web.Response(body=msgspec.json.encode(value), status=code, headers={"Content-Type": media})


def body_response(body: bytes, code: int = 200, warnings: list[str] | None = None) -> web.Response:
    """Answer with encoded JSON, and with warnings as kubectl prints them (RFC 7234, code 299)."""
    response = web.Response(body=body, status=code, content_type="application/json")
    for warning in warnings or ():
        text = warning.replace("\\", "").replace('"', "'").replace("\r", " ").replace("\n", " ")
        response.headers.add("Warning", f'299 - "{text[:500]}"')
    return response


def document_response(request: web.Request, document: bytes, digest: str) -> web.Response:
    """Answer with an encoded document; 304 when the client has it already (RFC 9110, section 13.1.2).

    Asked for by its hash, it may be kept: another document has another hash.
    """
    headers = {"ETag": f'"{digest}"', "Vary": "Accept"}
    if request.query.get("hash") == digest:
        headers["Cache-Control"] = "private, max-age=31536000, immutable"
    if digest in request.headers.get("If-None-Match", ""):
        return web.Response(status=304, headers=headers)
    return web.Response(body=document, headers=headers, content_type="application/json")


def refusal_response(refusal: Refusal) -> web.Response:
    """Answer with the `Status` of a refusal."""
    response = json_response(refusal.status(), refusal.code)
    if refusal.code == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response

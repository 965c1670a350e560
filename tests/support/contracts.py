"""What the tests of the contract do and say again and again: patches, watches, refusals."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import msgspec
from apis import Answer, Api

from lateen.kinds.spec import KindSpec
from lateen.sources.client import PATCH_TYPES

Raw = dict[str, Any]
SECONDS = 20.0  # how long a test waits for what must come


def told(answer: Answer, code: int, reason: str) -> Raw:
    """Return the details of the `Status` that a refusal is; the test fails when it is another, or none."""
    body = answer.body
    assert isinstance(body, dict), f"{answer.status}: {body}"
    assert (answer.status, body.get("kind"), body.get("status")) == (code, "Status", "Failure"), body
    assert (body["code"], body["reason"]) == (code, reason), body
    assert isinstance(body["message"], str) and body["message"], body
    details: Raw = body.get("details") or {}
    return details


def causes(answer: Answer, code: int, reason: str) -> set[tuple[str, str]]:
    """The causes of a refusal, as (reason, field)."""
    return {(cause["reason"], cause.get("field", "")) for cause in told(answer, code, reason).get("causes", ())}


async def patch(
    api: Api,
    kind: KindSpec,
    name: str,
    body: Any,
    how: str = "merge",
    *,
    subresource: str = "",
    version: str = "",
    **query: str,
) -> Answer:
    """Patch an object: `how` is json, merge, strategic or apply."""
    path = api.path(kind, name, version=version, subresource=subresource)
    return await api.ask("PATCH", path, body, content_type=PATCH_TYPES[how], query=query)


async def applied(api: Api, kind: KindSpec, body: Raw, manager: str, **query: str) -> Answer:
    """Apply an object on the server, as `manager`."""
    return await patch(api, kind, body["metadata"]["name"], body, "apply", fieldManager=manager, **query)


class Watching:
    """An open watch."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer

    async def event(self) -> tuple[str, Raw]:
        """The next event: its type and object."""
        async with asyncio.timeout(SECONDS):
            line = msgspec.json.decode(await self.answer.content.readuntil(b"\n"))
        return line["type"], line["object"]

    async def named(self) -> tuple[str, str]:
        """The next event that is no bookmark, as type and name."""
        while True:
            event, raw = await self.event()
            if event != "BOOKMARK":
                return event, raw["metadata"].get("name", "")

    async def rest(self) -> list[tuple[str, Raw]]:
        """Everything until the server ends the watch."""
        async with asyncio.timeout(SECONDS):
            lines = (await self.answer.content.read()).splitlines()
        return [(line["type"], line["object"]) for line in map(msgspec.json.decode, lines)]


@asynccontextmanager
async def watching(
    api: Api, kind: KindSpec, *, version: str = "", headers: Mapping[str, str] | None = None, **query: str
) -> AsyncIterator[Watching]:
    """Watch a kind in the test's namespace."""
    path = api.path(kind, version=version)
    async with api.open("GET", path, query={"watch": "true"} | query, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        yield Watching(answer)


def version_of(raw: Raw) -> str:
    """An object's or a list's resourceVersion."""
    version: str = raw["metadata"]["resourceVersion"]
    return version

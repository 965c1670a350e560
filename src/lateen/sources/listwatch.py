"""Lists in pages and watches line by line, as bytes: what a follower reads is decoded only as far as it is wanted."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import aiohttp
import msgspec

from lateen.base.refs import Key
from lateen.kinds.spec import KindSpec
from lateen.sources.api_error import status_error
from lateen.sources.transport import JSON, Transport
from lateen.sources.urls import object_url

PAGE = 500
SILENCE = 90.0
"""Seconds. Bookmarks come about once a minute: a server silent for longer may be dead, and TCP alone would not tell."""


class Scope(NamedTuple):
    """Which objects of a kind, in which served version ("" = the preferred one); "" = all of them.

    `metadata_only`: as PartialObjectMetadata, without spec and status.
    """

    namespace: str = ""
    labels: str = ""
    fields: str = ""
    version: str = ""
    metadata_only: bool = False

    def query(self) -> dict[str, str]:
        """The selectors as a query."""
        given = {"labelSelector": self.labels, "fieldSelector": self.fields}
        return {name: value for name, value in given.items() if value}

    def accept(self, suffix: str = "") -> str:
        """The media type to ask for."""
        only = f"{JSON};as=PartialObjectMetadata{suffix};g=meta.k8s.io;v=v1"
        return only if self.metadata_only else JSON


class Page(NamedTuple):
    """A part of a list. `resource_version` is the whole list's: a watch from it goes on exactly behind it."""

    items: list[msgspec.Raw]
    resource_version: str


class Line(NamedTuple):
    """One line of a watch: ADDED, MODIFIED, DELETED or BOOKMARK, and the encoded object."""

    type: str
    object: msgspec.Raw


class _Meta(msgspec.Struct, rename={"resource_version": "resourceVersion", "token": "continue"}):
    resource_version: str = ""
    token: str = ""


class _List(msgspec.Struct):
    metadata: _Meta
    items: list[msgspec.Raw] | None = None


class _Event(msgspec.Struct):
    type: str
    object: msgspec.Raw


_lists = msgspec.json.Decoder(_List)
_events = msgspec.json.Decoder(_Event)


async def pages(transport: Transport, kind: KindSpec, scope: Scope, *, limit: int = PAGE) -> AsyncIterator[Page]:
    """Yield a list page by page; `limit` 0 = in one. Raises ApiError (`gone`: the list took too long, begin again)."""
    url = object_url(kind, Key(scope.namespace, ""), scope.version)
    query = scope.query() | ({"limit": str(limit)} if limit else {})
    while True:
        async with await transport.send("GET", url, query, accept=scope.accept("List")) as answer:
            found = _lists.decode(await answer.read())
        yield Page(found.items or [], found.metadata.resource_version)
        if not found.metadata.token:
            return
        query["continue"] = found.metadata.token


async def lines(
    transport: Transport, kind: KindSpec, resource_version: str, scope: Scope, *, seconds: int = 300
) -> AsyncIterator[Line]:
    """Yield what changes after `resource_version`, bookmarks included, for about `seconds`.

    Ends when the server ends it; raises ApiError (`gone` when the version is too old), and
    aiohttp.SocketTimeoutError when nothing at all came for `SILENCE` seconds.
    """
    query = scope.query() | {
        "watch": "true",
        "resourceVersion": resource_version,
        "allowWatchBookmarks": "true",
        "timeoutSeconds": str(seconds),
    }
    timeout = aiohttp.ClientTimeout(total=None, connect=10, sock_read=SILENCE)
    url = object_url(kind, Key(scope.namespace, ""), scope.version)
    async with await transport.send("GET", url, query, accept=scope.accept(), timeout=timeout) as answer:
        async for line in split_lines(answer.content):
            event = _events.decode(line)
            if event.type == "ERROR":
                raise status_error(msgspec.json.decode(event.object))
            yield Line(event.type, event.object)


async def split_lines(stream: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    """Yield whole lines; unlike StreamReader.readline there is no limit to their length."""
    parts: list[bytes] = []
    async for chunk in stream.iter_any():
        first, *others = chunk.split(b"\n")
        parts.append(first)
        for each in others:
            if line := b"".join(parts):
                yield line
            parts = [each]

"""Write a watch: what there is when asked for, every change after it, bookmarks between, for as long as it lasts."""

import asyncio
from collections.abc import Mapping
from typing import NamedTuple

import msgspec
from aiohttp import web

from lateen.apiserver.feed import Feed
from lateen.apiserver.forms import Form, event_line
from lateen.apiserver.listing import check_match
from lateen.apiserver.selectors import Selector
from lateen.apiserver.status import Refusal, bad_request, expired
from lateen.apiserver.storage import Storage
from lateen.base.clock import Clock

BOOKMARK_SECONDS = 15.0
LONGEST_SECONDS = 3600.0


class Wish(NamedTuple):
    """What one watch wants: changes of `resource` after `since`, within `namespace` ("" = all)."""

    resource: str
    namespace: str
    selector: Selector
    form: Form
    since: int
    begin: bool  # tell first what there is
    bookmarks: bool
    mark_begin: bool  # say when all there was has been told
    seconds: float


def parse_wish(form: Form, namespace: str, selector: Selector, query: Mapping[str, str], storage: Storage) -> Wish:
    """Read a watch's query. Raises Refusal 400 and 422, and 410 for a revision of the future: of another database."""
    check_match(query, watch=True)
    asked, seconds = _number(query, "resourceVersion"), _number(query, "timeoutSeconds")
    if asked > storage.revision:
        raise expired(asked, storage.revision)
    initial = query.get("sendInitialEvents") in ("true", "1")
    begin = initial or (asked == 0 and query.get("sendInitialEvents") is None)
    bookmarks = query.get("allowWatchBookmarks") in ("true", "1")
    since = storage.revision if begin or not asked else asked
    return Wish(
        form.kind.resource,
        namespace,
        selector,
        form,
        since,
        begin,
        bookmarks,
        initial and bookmarks,
        min(float(seconds or LONGEST_SECONDS), LONGEST_SECONDS),
    )


def _number(query: Mapping[str, str], name: str) -> int:
    text = query.get(name, "") or "0"
    if not (text.isascii() and text.isdigit()):
        raise bad_request(f"{name} {text!r} is not a number")
    return int(text)


class Watch:
    """One watch on its way to one client."""

    def __init__(self, wish: Wish, storage: Storage, feed: Feed, clock: Clock) -> None:
        self._wish, self._storage, self._feed, self._clock = wish, storage, feed, clock
        self._cursor = wish.since

    async def run(self, response: web.StreamResponse) -> None:
        """Write until time is up or the client leaves; a history too short ends it with an ERROR of 410."""
        try:
            with self._feed.wakes(self._wish.resource) as wake:
                await self._follow(response, wake)
        except Refusal as refusal:
            await response.write(event_line("ERROR", msgspec.json.encode(refusal.status())))

    async def _follow(self, response: web.StreamResponse, wake: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._wish.seconds
        if self._wish.begin:
            await self._write_beginning(response)
        while not self._feed.closed and (left := deadline - loop.time()) > 0:
            await self._write_changes(response)
            try:
                async with asyncio.timeout(min(left, BOOKMARK_SECONDS)):
                    await wake.wait()
            except TimeoutError:
                await self._write_bookmark(response)
            wake.clear()

    async def _write_beginning(self, response: web.StreamResponse) -> None:
        wish = self._wish
        rows = self._storage.objects(wish.resource, wish.namespace)
        self._cursor = self._storage.revision
        now = self._clock.now()
        lines = [
            wish.form.first(body, now)
            for _, body in rows
            if not wish.selector or wish.selector.matches(msgspec.json.decode(body))
        ]
        if wish.mark_begin:
            lines.append(wish.form.bookmark(self._cursor, initial=True))
        await response.write(b"".join(lines))

    async def _write_changes(self, response: web.StreamResponse) -> None:
        wish = self._wish
        while notices := self._feed.since(wish.resource, self._cursor):
            now = self._clock.now()
            lines = [
                wish.form.line(notice, wish.selector, now)
                for notice in notices
                if wish.namespace in ("", notice.change.key.namespace)
            ]
            self._cursor = notices[-1].change.revision
            if data := b"".join(lines):
                await response.write(data)

    async def _write_bookmark(self, response: web.StreamResponse) -> None:
        """Say how far everything has been told; the history of a quiet resource would end otherwise."""
        if self._feed.since(self._wish.resource, self._cursor):
            return
        self._cursor = self._storage.revision
        if self._wish.bookmarks:
            await response.write(self._wish.form.bookmark(self._cursor))

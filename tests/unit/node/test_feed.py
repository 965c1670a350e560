"""One type of a delta stream, through streams that come and go in different names."""

import asyncio
from typing import Any

from name_streams import Plane, name

from lateen.base.clock import FakeClock
from lateen.base.tasks import cancel, spawn, until
from lateen.node.feed import Feed, Speaker
from lateen.proto.name_table import NAME
from lateen.xds.subscriber import Changes


async def test_changes_come_by_whichever_stream_there_is() -> None:
    plane, clock, found = Plane(), FakeClock(), {}
    speakers = iter((Speaker("sidecar~1~a.x~x", {}), Speaker("sidecar~1~b.x~x", {})))

    async def opened() -> tuple[Any, Speaker]:
        return await plane.open(), next(speakers)

    def take(changes: Changes) -> None:
        found.update(changes)

    plane.view.commit({"a.x": name("a.x", "10.0.0.1")})
    task = spawn(Feed(NAME, take, opened, clock, "things").run(), name="feed")
    try:
        await until(lambda: set(found) == {"a.x"}, seconds=5, what="the first")
        plane.streams[0].end()
        await until(lambda: clock.sleeping, seconds=5, what="a pause")
        plane.view.commit({"b.x": name("b.x", "10.0.0.2")})
        clock.advance(1)
        await until(lambda: set(found) == {"a.x", "b.x"}, seconds=5, what="the second")
    finally:
        await cancel(task)


async def test_a_stream_whose_connection_is_closed_is_replaced_and_only_its_owner_ends_a_feed() -> None:
    """gRPC cancels whoever reads from a connection that is closed, and not the task that reads."""
    plane, clock = Plane(), FakeClock()
    taken: dict[str, bytes | None] = {}

    class Closed:
        async def write(self, _: bytes) -> None:
            return

        async def read(self) -> Any:
            raise asyncio.CancelledError

        def cancel(self) -> None:
            return

    streams = iter((Closed(), None))

    async def opened() -> tuple[Any, Speaker]:
        return next(streams) or await plane.open(), Speaker("sidecar~1~a.x~x", {})

    plane.view.commit({"a.x": name("a.x", "10.0.0.1")})
    task = spawn(Feed(NAME, taken.update, opened, clock, "things").run(), name="feed")
    await until(lambda: clock.sleeping, seconds=5, what="a pause")
    clock.advance(1)
    await until(lambda: set(taken) == {"a.x"}, seconds=5, what="another stream")
    await cancel(task)
    assert task.cancelled()


async def test_what_is_refused_is_told_and_comes_again_with_the_next_change() -> None:
    plane, taken = Plane(), []

    async def opened() -> tuple[Any, Speaker]:
        return await plane.open(), Speaker("sidecar~1~a.x~x", {})

    def take(changes: Changes) -> None:
        taken.append(dict(changes))
        if len(taken) == 1:
            raise ValueError("not these")

    plane.view.commit({"a.x": name("a.x", "10.0.0.1")})
    task = spawn(Feed(NAME, take, opened, FakeClock(), "things").run(), name="feed")
    try:
        await until(lambda: plane.streams and plane.streams[0].session.refusals(), seconds=5, what="the refusal")
        plane.view.commit({"a.x": name("a.x", "10.0.0.9")})
        await until(lambda: len(taken) >= 2, seconds=5, what="another one")
    finally:
        await cancel(task)

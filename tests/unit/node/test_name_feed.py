"""A pod's names through streams that come and go."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from name_streams import SPEAKER, Plane, name

from lateen.base.clock import FakeClock
from lateen.base.tasks import cancel, spawn, until
from lateen.node.name_feed import NameFeed
from lateen.node.name_server import NameServer
from lateen.node.names import Names
from lateen.node.resolvers import Resolvers
from lateen.proto.name_table import NAME
from lateen.proto.resource import resource


@asynccontextmanager
async def feeding(plane: Plane) -> AsyncIterator[tuple[NameServer, FakeClock]]:
    server, clock = NameServer(Names("shop.svc.cluster.local"), Resolvers([], lambda kind: None)), FakeClock()  # type: ignore[arg-type, return-value]
    task = spawn(NameFeed(SPEAKER, plane.open, server, clock).run(), name="feed")
    try:
        yield server, clock
    finally:
        await cancel(task)


def hosts(server: NameServer) -> set[str]:
    return {host for host, _ in server.names.items()}


async def test_names_come_and_go_and_the_table_is_known_from_the_first_answer_on() -> None:
    plane = Plane()
    async with feeding(plane) as (server, _):
        await until(server.known.is_set, seconds=5, what="an empty table")
        plane.view.commit({"a.x": name("a.x", "10.0.0.1"), "b.x": name("b.x", "10.0.0.2")})
        await until(lambda: hosts(server) == {"a.x", "b.x"}, seconds=5, what="two names")
        plane.view.commit({"a.x": None})
        await until(lambda: hosts(server) == {"b.x"}, seconds=5, what="one name")
    assert plane.streams[0].cancelled


async def test_what_is_known_stays_while_the_control_plane_is_away() -> None:
    plane = Plane()
    plane.view.commit({"a.x": name("a.x", "10.0.0.1"), "b.x": name("b.x", "10.0.0.2")})
    async with feeding(plane) as (server, clock):
        await until(lambda: len(hosts(server)) == 2, seconds=5, what="two names")
        plane.away = True
        plane.streams[0].end()
        for tried in (2, 3):
            await until(lambda: clock.sleeping, seconds=5, what="a pause")
            clock.advance(10)
            await until(lambda tried=tried: plane.tried == tried, seconds=5, what="another attempt")  # type: ignore[misc]
        assert len(hosts(server)) == 2
        plane.view.commit({"a.x": None})
        plane.away = False
        await until(lambda: clock.sleeping, seconds=5, what="a pause")
        clock.advance(10)
        await until(lambda: hosts(server) == {"b.x"}, seconds=5, what="the difference")


async def test_a_name_that_cannot_be_read_keeps_nothing_else_from_the_table() -> None:
    plane = Plane()
    plane.view.commit({"a.x": name("a.x", "10.0.0.1")})
    async with feeding(plane) as (server, _):
        await until(lambda: hosts(server) == {"a.x"}, seconds=5, what="a name")
        plane.view.commit({"a.x": None, "b.x": resource(NAME, "b.x", b"\xff\xff")})
        await until(lambda: not hosts(server), seconds=5, what="the removal")
        assert plane.streams[0].session.status()[0].nacks

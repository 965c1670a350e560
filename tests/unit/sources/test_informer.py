import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from apiservers import CONFIG_MAP, WRITE, Served, config_map, default, served
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lateen.apiserver.credentials import ADMIN, load_credentials
from lateen.apiserver.deletion import DeleteOptions
from lateen.apiserver.objects import Objects
from lateen.base.tasks import cancel, spawn, until
from lateen.kinds.spec import KindSpec
from lateen.sources.client import Client
from lateen.sources.informer import Delete, Event, Put, Synced, follow


class Mirror:
    """Takes an informer's events, and checks that each is possible where it stands."""

    def __init__(self) -> None:
        self.state: dict[str, tuple[str, str]] = {}
        self.events: list[Event] = []

    def take(self, event: Event) -> None:
        self.events.append(event)
        match event:
            case Put(key, raw):
                fresh = raw["metadata"]["uid"], raw["metadata"]["resourceVersion"]
                before = self.state.get(key.name, (fresh[0], ""))
                assert before[0] == fresh[0] and before != fresh, "a put of another object, or of what is known"
                self.state[key.name] = fresh
            case Delete(key, uid, _):
                assert self.state.pop(key.name)[0] == uid, "a deletion of another object"

    def lists(self) -> int:
        return sum(isinstance(event, Synced) for event in self.events)


def truth(objects: Objects) -> dict[str, tuple[str, str]]:
    listed = (objects.get(CONFIG_MAP, key) for key, _ in objects.storage.objects("configmaps"))
    return {raw["metadata"]["name"]: (raw["metadata"]["uid"], raw["metadata"]["resourceVersion"]) for raw in listed}


@contextmanager
def following(client: Client, kind: KindSpec = CONFIG_MAP, **options: Any) -> Iterator[Mirror]:
    mirror = Mirror()
    task = spawn(follow(client, kind, mirror.take, longest_wait=0.1, **options), name="informer")
    try:
        yield mirror
        assert not task.done()
    finally:
        task.cancel()


class Wire:
    """A connection that can be cut: forwards to whatever port is `target`."""

    def __init__(self) -> None:
        self.port = self.target = 0
        self._open: set[asyncio.StreamWriter] = set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            upstream, out = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return
        self._open |= {writer, out}
        await asyncio.gather(self._pump(reader, out), self._pump(upstream, writer))
        self._open -= {writer, out}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        writer.close()

    def drop(self) -> None:
        for writer in self._open:
            writer.transport.abort()


@asynccontextmanager
async def wire() -> AsyncIterator[Wire]:
    made = Wire()
    async with await asyncio.start_server(made.carry, "127.0.0.1", 0) as listening:
        made.port = listening.sockets[0].getsockname()[1]
        yield made
        made.drop()


def put(objects: Objects, name: str, value: str = "", **meta: Any) -> None:
    if objects.find(CONFIG_MAP, default(name)):
        objects.update(CONFIG_MAP, default(name), lambda _: config_map(name, {"v": value}, **meta), WRITE)
    else:
        objects.create(CONFIG_MAP, "default", config_map(name, {"v": value}, **meta), WRITE)


def delete(objects: Objects, name: str) -> None:
    objects.delete(CONFIG_MAP, default(name), DeleteOptions())


async def level(mirror: Mirror, server: Served) -> None:
    await until(lambda: mirror.lists() and mirror.state == truth(server.objects), seconds=10, what="the mirror")


async def test_everything_is_told_then_every_change(tmp_path: Path) -> None:
    async with served(tmp_path) as server, server.client() as client:
        put(server.objects, "a")
        with following(client) as mirror:
            await level(mirror, server)
            assert [type(event) for event in mirror.events] == [Put, Synced]
            put(server.objects, "a", "1")
            put(server.objects, "b")
            delete(server.objects, "a")
            await level(mirror, server)
        assert [type(event) for event in mirror.events[2:]] == [Put, Put, Delete]
        assert isinstance(mirror.events[-1], Delete) and mirror.events[-1].object["data"] == {"v": "1"}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


@pytest.mark.parametrize(("history", "changes", "lists"), [(10_000, 5, 1), (5, 600, 2)])
async def test_what_changed_while_nobody_listened_is_told(
    tmp_path: Path, history: int, changes: int, lists: int
) -> None:
    """With a history that reaches back the watch resumes; without, a list tells the difference."""
    port = free_port()
    async with served(tmp_path, port=port, history=history) as first:
        client = first.client()
        put(first.objects, "a")
        put(first.objects, "b")
        put(first.objects, "same")
        task = spawn(follow(client, CONFIG_MAP, (mirror := Mirror()).take, longest_wait=0.1), name="informer")
        await level(mirror, first)
    async with served(tmp_path, history=history) as elsewhere:
        delete(elsewhere.objects, "a")
        put(elsewhere.objects, "a", "again")
        for number in range(changes):
            put(elsewhere.objects, "b", str(number))
        expected = truth(elsewhere.objects)
    async with served(tmp_path, port=port, history=history):
        await until(lambda: mirror.state == expected, seconds=10, what="the mirror")
    assert mirror.lists() == lists
    assert [event.key.name for event in mirror.events if isinstance(event, Put)].count("same") == 1
    await cancel(task)
    await client.close()


@pytest.mark.parametrize(
    "scope", [{"namespace": "default"}, {"label_selector": "l=x"}, {"field_selector": "metadata.name=a"}]
)
async def test_a_scope_is_followed_as_if_nothing_else_were_there(tmp_path: Path, scope: dict[str, str]) -> None:
    async with served(tmp_path) as server, server.client() as client:
        with following(client, **scope) as mirror:
            put(server.objects, "a", labels={"l": "x"})
            await until(lambda: "a" in mirror.state, seconds=10, what="a")
            server.objects.create(CONFIG_MAP, "kube-system", config_map("z", namespace="kube-system"), WRITE)
            delete(server.objects, "a")
            await until(lambda: not mirror.state, seconds=10, what="a gone")
            assert not any(isinstance(event, Put) and event.key.name == "z" for event in mirror.events)


async def test_a_kind_that_is_not_served_is_empty_until_it_is(tmp_path: Path) -> None:
    async with served(tmp_path) as server, server.client() as client:
        unknown = KindSpec("none.io", "None", "nones", ("v1",), CONFIG_MAP.model)
        with following(client, unknown) as mirror:
            await until(lambda: mirror.lists(), seconds=10, what="a list")
            assert mirror.events[0] == Synced("")


steps = st.lists(
    st.tuples(st.sampled_from(["put", "put", "delete", "drop", "restart", "wait"]), st.sampled_from("abc")), max_size=20
)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps, st.sampled_from([3, 10_000]))
def test_through_any_changes_drops_and_restarts_the_mirror_is_exact(
    tmp_path_factory: pytest.TempPathFactory, script: list[tuple[str, str]], history: int
) -> None:
    asyncio.run(_play(tmp_path_factory.mktemp("informer"), script, history))


async def _play(folder: Path, script: list[tuple[str, str]], history: int) -> None:
    runs: list[list[tuple[str, str]]] = [[]]
    for step in script:
        runs.append([]) if step[0] == "restart" else runs[-1].append(step)
    mirror = Mirror()
    async with wire() as cable:
        client = Client(
            f"http://127.0.0.1:{cable.port}", token=load_credentials(folder / "pki", node="n").tokens[ADMIN]
        )
        task = spawn(follow(client, CONFIG_MAP, mirror.take, longest_wait=0.05), name="informer")
        for run in runs:
            async with served(folder, history=history) as server:
                cable.target = int(server.url.rpartition(":")[2])
                for number, (verb, name) in enumerate(run):
                    await _step(server, cable, mirror, (verb, name, number))
                await level(mirror, server)
            cable.drop()
        assert not task.done()
        await cancel(task)
        await client.close()


async def _step(server: Served, cable: Wire, mirror: Mirror, step: tuple[str, str, int]) -> None:
    verb, name, number = step
    match verb:
        case "put":
            put(server.objects, name, str(number))
        case "delete" if server.objects.find(CONFIG_MAP, default(name)):
            delete(server.objects, name)
        case "drop":
            cable.drop()
        case "wait":
            await level(mirror, server)

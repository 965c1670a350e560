import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType, web
from apiservers import POD, WRITE, Served, ask, pod, served

from lateen.apiserver.credentials import ADMIN
from lateen.base.tasks import until

V4, V5 = "v4.channel.k8s.io", "v5.channel.k8s.io"
PODS = "/api/v1/namespaces/default/pods"


class Node:
    """A node whose commands echo what they are sent, say goodbye to b"bye", refuse the container `sick`, and never read what is for `deaf`."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.open = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["container"] == "sick":
            raise web.HTTPBadRequest(text="container 'sick' does not run\n")
        socket = web.WebSocketResponse(protocols=(V5, V4))
        if not socket.can_prepare(request):
            raise web.HTTPUpgradeRequired(text="upgrade\n")
        self.asked.append(request.path_qs)
        await socket.prepare(request)
        self.open += 1
        try:
            while request.match_info["container"] == "deaf":
                await socket.ping()
                await asyncio.sleep(0.05)
            async for message in socket:
                if message.data == b"bye":
                    break
                await socket.send_bytes(message.data)
        finally:
            self.open -= 1
        return socket


@pytest.fixture
def node() -> Node:
    return Node()


@pytest.fixture
async def server(node: Node, tmp_path: Path) -> AsyncIterator[Served]:
    app = web.Application()
    app.router.add_get("/{action}/{namespace}/{pod}/{container}", node.answer)
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    await web.UnixSite(runner, str(tmp_path / "kubelet.sock")).start()
    async with served(tmp_path, kubelet_socket=tmp_path / "kubelet.sock") as running:
        two = pod("a")
        two["spec"]["containers"] += [{"name": name, "image": "main:1"} for name in ("sick", "deaf")]
        running.objects.create(POD, "default", two, WRITE)
        yield running
    await runner.cleanup()


def connect(server: Served, session: aiohttp.ClientSession, query: str, *protocols: str) -> Any:
    headers = {"Authorization": f"Bearer {server.credentials.tokens[ADMIN].reveal().decode()}"}
    url = f"{server.url}{PODS}/a/exec?{query}"
    return session.ws_connect(url, headers=headers, protocols=protocols)


async def test_messages_pass_both_ways_and_the_command_is_passed_whole(server: Served, node: Node) -> None:
    async with aiohttp.ClientSession() as session:
        query = "container=main&command=a&command=b%20c&stdin=true"
        async with connect(server, session, query, "x", V5, V4) as socket:
            assert socket.protocol == V5
            for text in (b"\0", b"\0" + b"x" * 100_000):
                await socket.send_bytes(text)
                assert await socket.receive_bytes() == text
            await socket.send_bytes(b"bye")
            assert (await socket.receive()).type is WSMsgType.CLOSE
    assert node.asked == ["/exec/default/a/main?command=a&command=b+c&stdin=true"]


async def test_who_leaves_leaves_the_node_too(server: Served, node: Node) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await connect(server, session, "container=main&command=a&stdin=true", V4)
        await until(lambda: node.open, seconds=5, what="a command")
        socket._response.connection.transport.abort()
        await until(lambda: not node.open, seconds=5, what="its end")


async def test_the_nodes_refusal_is_told_in_its_words(server: Served) -> None:
    for headers in ({}, {"Connection": "Upgrade", "Upgrade": "SPDY/3.1"}):
        path = f"{PODS}/a/exec?container=sick&command=a&stdout=true"
        code, status = await ask(server, "POST", path, headers=headers)
        assert (code, status["reason"], status["message"]) == (400, "BadRequest", "container 'sick' does not run")
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await connect(server, session, "container=sick&command=a&stdin=true", V5)
        assert refused.value.status == 400


async def test_spdy_alone_is_refused_with_the_way_out(server: Served) -> None:
    headers = {"Connection": "Upgrade", "Upgrade": "SPDY/3.1"}
    code, status = await ask(server, "POST", f"{PODS}/a/exec?container=main&command=a&stdout=true", headers=headers)
    assert code == 400 and "kubectl 1.31" in status["message"]


async def test_an_unknown_subprotocol_is_refused(server: Served) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await connect(server, session, "container=main&command=a", "v9.channel.k8s.io")
        assert refused.value.status == 400


async def test_who_leaves_is_noticed_also_when_the_node_takes_nothing(
    server: Served, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lateen.apiserver.relay.KNOCK", 0.05)
    monkeypatch.setattr("lateen.apiserver.relay.CLOSING", 0.2)
    async with aiohttp.ClientSession() as session:
        socket = await connect(server, session, "container=deaf&command=a&stdin=true", V5)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                while True:
                    await socket.send_bytes(b"\0" * 2**20)
        assert node.open == 1
        socket._response.connection.transport.abort()
        await until(lambda: not node.open, seconds=10, what="the end of the node's part")

"""Commands reach their mesh, or say that it is not there."""

import socket
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from aiohttp import web
from click.testing import CliRunner

from lateen.app.settings import Settings
from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.cli.connection import ask, asynchronous, connected, find
from lateen.kinds.all import by_kind

if TYPE_CHECKING:
    from conftest import Cluster


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_command_may_be_a_coroutine() -> None:
    @click.command()
    @asynchronous
    async def command() -> None:
        """Says so."""
        click.echo("ran")

    assert CliRunner().invoke(command).stdout == "ran\n"
    assert command.help == "Says so."


async def test_without_a_mesh_one_is_told_how_to_start_it(settings: Settings) -> None:
    with pytest.raises(LateenError, match="no mesh named 'local' is running") as caught:
        async with connected(settings):
            pass
    assert caught.value.fix == "start one: lateen up -d"


async def test_a_mesh_that_has_died_is_an_error_in_words(settings: Settings, free_port: int) -> None:
    settings.node_socket.touch()
    settings.kubeconfig.write_text(
        f"""
        current-context: a
        contexts: [{{name: a, context: {{cluster: a, user: a}}}}]
        clusters: [{{name: a, cluster: {{server: "http://127.0.0.1:{free_port}"}}}}]
        users: [{{name: a, user: {{token: x}}}}]
        """
    )
    with pytest.raises(LateenError, match="does not answer"):
        async with connected(settings) as client:
            await client.get(by_kind("Pod"), Key("default", "a"))


async def test_an_object_that_is_not_there_is_found_as_none(cluster: "Cluster") -> None:
    client = cluster.client
    assert await find(client, by_kind("Pod"), Key("default", "nothing")) is None
    found = await find(client, by_kind("Namespace"), Key("", "default"))
    assert found is not None and found["metadata"]["name"] == "default"


async def test_a_part_of_the_mesh_answers_or_refuses_in_words(tmp_path: Path) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"method": request.method, "a": request.query["a"]})

    async def refuse(request: web.Request) -> web.Response:
        return web.json_response({"error": "no such host", "fix": "add it"}, status=400)

    async def mumble(request: web.Request) -> web.Response:
        return web.Response(text="what?")

    app = web.Application()
    app.add_routes([web.route("*", "/ask", answer), web.get("/refuse", refuse), web.get("/mumble", mumble)])
    runner = web.AppRunner(app)
    await runner.setup()
    path = tmp_path / "part.sock"
    await web.UnixSite(runner, str(path)).start()
    try:
        assert await ask(path, "/ask?a=1") == {"method": "GET", "a": "1"}
        assert await ask(path, "/ask?a=2", method="POST") == {"method": "POST", "a": "2"}
        with pytest.raises(LateenError, match="no such host") as caught:
            await ask(path, "/refuse")
        assert caught.value.fix == "add it"
        with pytest.raises(LateenError, match="does not answer"):
            await ask(path, "/mumble")
    finally:
        await runner.cleanup()


async def test_a_part_that_does_not_run_does_not_answer(tmp_path: Path) -> None:
    with pytest.raises(LateenError, match=r"part\.sock does not answer"):
        await ask(tmp_path / "part.sock", "/status")

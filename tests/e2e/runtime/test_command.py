"""A command in a real container, spoken to over a real WebSocket."""

import asyncio
import json
import os
import sys
from functools import partial
from pathlib import Path

import aiohttp
import pytest
from aiohttp import WSMsgType, web

from lateen.base.clock import SystemClock
from lateen.base.tasks import until
from lateen.runtime.channels import COMMAND_PROTOCOLS, V4, V5, Streams
from lateen.runtime.command import Command
from lateen.runtime.upgrade import upgraded

WAIT = "import time; time.sleep(60)"


@pytest.fixture
async def shell(pods, tmp_path):
    """Opens WebSockets to commands in one container: `shell(code, stdin=…, protocol=…)`."""
    sandbox, _ = await pods.make("a")
    beside = await pods.python(sandbox, WAIT)

    async def answer(request):
        async with upgraded(request, COMMAND_PROTOCOLS, SystemClock()) as socket:
            wanted, argv = Streams.of(request.query), request.query.getall("command")
            await Command(socket, wanted).run(partial(sandbox.stream, argv, beside, terminal=wanted.tty), beside)
            return socket

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    await web.UnixSite(runner, str(tmp_path / "s")).start()
    async with aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(tmp_path / "s"))) as session:

        def opened(*argv, protocol=V5, stdin=False, tty=False):
            query = [("command", word) for word in argv] + [("stdout", "true"), ("stdin", str(stdin).lower())]
            query += [("tty", "true")] if tty else [("stderr", "true")]
            return session.ws_connect("http://x/", params=query, protocols=(protocol,))

        yield opened
    await runner.cleanup()


async def rest(socket):
    """What comes until the end: {channel: bytes}."""
    seen = {}
    async with asyncio.timeout(20):
        async for message in socket:
            assert message.type is WSMsgType.BINARY
            seen[message.data[0]] = seen.get(message.data[0], b"") + message.data[1:]
    return seen


def status(seen):
    return json.loads(seen[3])["status"]


async def test_stdout_stderr_and_exit_code_come_apart(shell):
    async with shell("sh", "-c", "echo out; echo err >&2; exit 3") as socket:
        seen = await rest(socket)
    assert (seen[1], seen[2]) == (b"out\n", b"err\n")
    assert json.loads(seen[3])["details"]["causes"][0]["message"] == "3"


async def test_a_command_that_there_is_not_is_told(shell):
    async with shell("no-such-command") as socket:
        seen = await rest(socket)
    assert "no-such-command" in json.loads(seen[3])["message"] and status(seen) == "Failure"


async def test_stdin_is_passed_and_its_end_too(shell):
    data = os.urandom(300_000)
    async with shell("cat", stdin=True) as socket:
        sending = asyncio.gather(
            *(socket.send_bytes(b"\0" + data[at : at + 30_000]) for at in range(0, 300_000, 30_000))
        )
        reading = asyncio.gather(rest(socket))
        await sending
        await socket.send_bytes(b"\xff\0")
        (seen,) = await reading
    assert seen[1] == data and status(seen) == "Success"


async def test_a_command_that_does_not_read_is_no_obstacle(shell):
    async with shell("true", stdin=True, protocol=V4) as socket:
        for _ in range(40):
            await socket.send_bytes(b"\0" + b"x" * 30_000)
        assert status(await rest(socket)) == "Success"


async def test_ten_megabytes_arrive_whole(shell):
    async with shell("head", "-c", "10000000", "/dev/zero") as socket:
        seen = await rest(socket)
    assert seen[1] == bytes(10_000_000) and status(seen) == "Success"


async def test_what_a_command_leaves_running_is_not_waited_for(shell):
    async with shell("sh", "-c", "sleep 60 & echo done") as socket:
        seen = await rest(socket)
    assert seen[1] == b"done\n" and status(seen) == "Success"


async def test_who_leaves_takes_the_command_and_what_it_started_along(shell):
    socket = await shell("sh", "-c", "sleep 4321 & sleep 4321; echo")
    await until(lambda: len(running("4321")) == 2, seconds=10, what="the commands")
    await socket.close()
    await until(lambda: not running("4321"), seconds=10, what="their end")


async def test_a_terminal_has_a_size_and_says_everything_on_stdout(shell):
    async with shell("sh", stdin=True, tty=True) as socket:
        await socket.send_bytes(b'\4{"Width":91,"Height":33}')
        await socket.send_bytes(b"\0stty size; tty; exit 4\r")
        seen = await rest(socket)
    assert b"33 91\r\n/dev/pts/0\r\n" in seen[1] and 2 not in seen
    assert json.loads(seen[3])["details"]["causes"][0]["message"] == "4"


async def test_ctrl_c_interrupts_what_runs_in_a_terminal(shell):
    async with shell(sys.executable, "-c", f"print('on', flush=True); {WAIT}", stdin=True, tty=True) as socket:
        assert b"on" in await socket.receive_bytes()
        await socket.send_bytes(b"\0\x03")
        assert b"KeyboardInterrupt" in (await rest(socket))[1]


async def test_two_commands_at_once_do_not_disturb_each_other(shell):
    async with shell("cat", stdin=True) as first, shell("cat", stdin=True) as second:
        await first.send_bytes(b"\0a")
        await second.send_bytes(b"\0b")
        assert await second.receive_bytes() == b"\1b"
        assert await first.receive_bytes() == b"\1a"


def running(word):
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            try:
                command = (process / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if command[:2] == [b"sleep", word.encode()]:
                found.append(process.name)
    return found

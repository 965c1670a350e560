"""Run a command in a container for somebody who is connected: their stdin, its output, its end.

Nothing is read ahead of what the other side takes. Who leaves takes the command along.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, suppress

from aiohttp import WSMsgType, web

from lateen.base.errors import LateenError
from lateen.base.tasks import cancel, spawn
from lateen.runtime.channels import STDERR, STDOUT, Resize, Streams, ended, failed, said
from lateen.runtime.pipes import Source, write
from lateen.runtime.process import Process
from lateen.runtime.terminal import Terminal, open_terminal

# Pieces of a client's input that wait for the command to take them.
_WAITING = 16

# Starts the command on (stdin, stdout, stderr).
Start = Callable[[tuple[int, int, int]], Awaitable[Process]]


class Command:
    """One command and whom it is run for."""

    def __init__(self, socket: web.WebSocketResponse, wanted: Streams) -> None:
        self._socket = socket
        self._wanted = wanted
        self._terminal: Terminal | None = None
        self._stdin = -1
        self._sources: dict[int, Source] = {}
        self._input: asyncio.Queue[bytes | None] = asyncio.Queue(_WAITING)

    async def run(self, start: Start, beside: Process) -> None:
        """Run it to its end, or until the client leaves. `beside` is the process of the container it runs in."""
        with ExitStack() as kept:
            try:
                with ExitStack() as passed:
                    stdio = self._open_terminal(kept, passed, beside) if self._wanted.tty else self._pipes(kept, passed)
                    process = await start(stdio)
            except (LateenError, OSError) as error:
                await self._send(failed(str(error)))
                return
            try:
                await self._converse(process)
            finally:
                process.kill_session()

    async def _converse(self, process: Process) -> None:
        ending = spawn(process.wait(), name="end of a command")
        hearing = spawn(self._hear(), name="client of a command")
        feeding = spawn(self._feed(), name="stdin of a command")
        showing = [spawn(self._show(channel), name="output of a command") for channel in self._sources]
        try:
            await asyncio.wait({ending, hearing}, return_when=asyncio.FIRST_COMPLETED)
            if not ending.done():
                return
            for source in self._sources.values():
                source.finish()
            await asyncio.gather(*showing)
            await self._send(ended(ending.result()))
        finally:
            await cancel(ending, hearing, feeding, *showing)

    async def _show(self, channel: int) -> None:
        while data := await self._sources[channel].read():
            await self._send(bytes((channel,)) + data)

    async def _hear(self) -> None:
        """Take what the client says until it leaves."""
        async for message in self._socket:
            if message.type is not WSMsgType.BINARY:
                continue
            match said(message.data, self._socket.ws_protocol or ""):
                case Resize(width, height) if self._terminal is not None:
                    self._terminal.resize(width, height)
                case bytes(data):
                    await self._input.put(data)
                case None:
                    await self._input.put(None)

    async def _feed(self) -> None:
        """Give the command its input, and its end; when it takes none, what comes is dropped."""
        taken = self._stdin >= 0
        while True:
            data = await self._input.get()
            if not taken:
                continue
            try:
                taken = await self._give(data)
            except OSError:  # it has closed its stdin, or ended
                taken = False

    async def _give(self, data: bytes | None) -> bool:
        if data is not None:
            await write(self._stdin, data)
        elif self._terminal is None:
            self._close_stdin()
        return data is not None

    def _close_stdin(self) -> None:
        if self._stdin >= 0:
            os.close(self._stdin)
            self._stdin = -1

    def _open_terminal(self, kept: ExitStack, passed: ExitStack, beside: Process) -> tuple[int, int, int]:
        made = self._terminal = open_terminal(beside.pid, beside.program["uid"])
        kept.callback(os.close, made.master)
        passed.callback(os.close, made.slave)
        beside.signal(0)  # while it lives, its pid has named no other container
        self._stdin = made.master if self._wanted.stdin else -1
        if self._wanted.stdout:
            self._sources[STDOUT] = Source(made.master)
        return made.slave, made.slave, made.slave

    def _pipes(self, kept: ExitStack, passed: ExitStack) -> tuple[int, int, int]:
        wanted = self._wanted
        return (
            self._input_pipe(kept, passed) if wanted.stdin else _nothing(passed),
            self._output_pipe(STDOUT, kept, passed) if wanted.stdout else _nothing(passed),
            self._output_pipe(STDERR, kept, passed) if wanted.stderr else _nothing(passed),
        )

    def _input_pipe(self, kept: ExitStack, passed: ExitStack) -> int:
        reader, self._stdin = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(self._stdin, False)
        kept.callback(self._close_stdin)
        passed.callback(os.close, reader)
        return reader

    def _output_pipe(self, channel: int, kept: ExitStack, passed: ExitStack) -> int:
        reader, writer = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(reader, False)
        self._sources[channel] = Source(reader)
        kept.callback(os.close, reader)
        passed.callback(os.close, writer)
        return writer

    async def _send(self, message: bytes) -> None:
        with suppress(ConnectionError):  # the client is gone: `_hear` ends
            await self._socket.send_bytes(message)


def _nothing(passed: ExitStack) -> int:
    opened = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
    passed.callback(os.close, opened)
    return opened

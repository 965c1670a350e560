"""Make a pod's port reachable on the machine itself: 127.0.0.1:port is carried to it, byte by byte."""

import asyncio
import errno
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from lateen.base.errors import LateenError
from lateen.base.tasks import cancel, spawn
from lateen.runtime.netns import listen_in, tcp_socket_in
from lateen.runtime.port_holder import holder

_CHUNK = 1 << 16
_PATIENCE = 5.0

# Where connections go now: address and port; None: nowhere yet.
Target = Callable[[], tuple[str, int] | None]


class Publication:
    """One published port. A connection that cannot be carried on is closed at once."""

    def __init__(self, node: Path, target: Target) -> None:
        self.port = 0
        self._node = node
        self._target = target
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(
        cls, host: Path, node: Path, port: int, target: Target, *, address: str = "127.0.0.1"
    ) -> "Publication":
        """Listen in the namespace `host`, connect from the namespace `node`.

        Port 0: any, see `port`. Raises LateenError: who has the port already.
        """
        self = cls(node, target)
        try:
            listening = listen_in(host, address, port)
        except OSError as error:
            raise LateenError(*_refused(host, address, port, error)) from error
        self.port = int(listening.getsockname()[1])
        self._server = await asyncio.start_server(self._accept, sock=listening, limit=_CHUNK)
        return self

    async def close(self) -> None:
        """Stop listening and cut what is open."""
        if self._server is not None:
            self._server.close()
        await cancel(*self._tasks)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = spawn(self._carry(reader, writer), name=f"connection to port {self.port}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner_writer = await self._connect()
        except OSError:
            _break(writer)
            return
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_pump(reader, inner_writer))
                both.create_task(_pump(inner_reader, writer))
        except* OSError:
            # One side broke off: let the other see a break too, and not an orderly end.
            for each in (writer, inner_writer):
                _break(each)
        finally:
            writer.close()
            inner_writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if (target := self._target()) is None:
            raise ConnectionRefusedError
        made = tcp_socket_in(self._node)
        made.setblocking(False)
        try:
            async with asyncio.timeout(_PATIENCE):
                await asyncio.get_running_loop().sock_connect(made, target)
        except BaseException:
            made.close()
            raise
        return await asyncio.open_connection(sock=made, limit=_CHUNK)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry one direction to its end, no faster than the receiver takes it; then say so."""
    while chunk := await reader.read(_CHUNK):
        writer.write(chunk)
        await writer.drain()
    with suppress(OSError):  # the receiver may have gone before
        writer.write_eof()


def _break(writer: asyncio.StreamWriter) -> None:
    """End the connection with a reset."""
    with suppress(OSError):  # it may be gone already
        own = writer.get_extra_info("socket")
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def _refused(host: Path, address: str, port: int, error: OSError) -> tuple[str, str]:
    if error.errno != errno.EADDRINUSE:
        return f"cannot listen on {address}:{port}: {error.strerror}", ""
    who = holder(host, port)
    return f"{address}:{port} is taken{f' by {who}' if who else ''}", "stop it, or choose another port"

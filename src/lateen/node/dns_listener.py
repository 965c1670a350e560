"""Listen for DNS queries on UDP and TCP, and send whatever answers they are given."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any

from lateen.base.tasks import cancel, spawn
from lateen.node.dns_message import SMALLEST

_IDLE = 30.0
_LARGEST = 65535

# Answers an encoded query in at most so many bytes; None: with nothing.
Answer = Callable[[bytes, int], Awaitable[bytes | None]]


class DnsListener:
    """Passes queries to `answer`, many at a time."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._udp: list[tuple[asyncio.DatagramTransport, _Datagrams]] = []
        self._streams: set[asyncio.StreamWriter] = set()
        self._tcp: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, udp: Iterable[socket.socket], tcp: Iterable[socket.socket]) -> None:
        """Listen on bound sockets (of any network namespace), which are closed in the end."""
        loop = asyncio.get_running_loop()
        for each in udp:
            self._udp.append(await loop.create_datagram_endpoint(partial(_Datagrams, self.hear), sock=each))
        for each in tcp:
            self._tcp.append(await asyncio.start_server(self._converse, sock=each))

    async def close(self) -> None:
        """Stop listening and free the ports; what is being asked stays unanswered."""
        for server in self._tcp:
            server.close()
        for writer in tuple(self._streams):
            writer.close()
        for transport, datagrams in self._udp:
            transport.close()
            await datagrams.closed.wait()
        await cancel(*self._tasks)

    def hear(self, wire: bytes, peer: tuple[str, int], over: asyncio.DatagramTransport) -> None:
        """Answer a datagram in the background."""
        task = spawn(self._reply(wire, peer, over), name="dns query")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _reply(self, wire: bytes, peer: tuple[str, int], over: asyncio.DatagramTransport) -> None:
        answer = await self._answer(wire, SMALLEST)
        if answer is not None and not over.is_closing():
            over.sendto(answer, peer)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._streams.add(writer)
        with suppress(OSError, EOFError, asyncio.CancelledError):
            while True:
                async with asyncio.timeout(_IDLE):
                    (length,) = struct.unpack("!H", await reader.readexactly(2))
                    answer = await self._answer(await reader.readexactly(length), _LARGEST)
                    if answer is None:
                        break
                    writer.write(struct.pack("!H", len(answer)) + answer)
                    await writer.drain()
        self._streams.discard(writer)
        writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, hear: Callable[[bytes, tuple[str, int], asyncio.DatagramTransport], None]) -> None:
        self._hear = hear
        self.closed = asyncio.Event()
        self._transport: Any = None  # asyncio's own is a DatagramTransport by its methods only

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._hear(data, addr, self._transport)


def bound_socket(address: str, port: int) -> socket.socket:
    """Make a UDP socket of this thread's network namespace, of the address's family. Raises OSError."""
    made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        made.bind((address, port))
        made.setblocking(False)
    except BaseException:
        made.close()
        raise
    return made

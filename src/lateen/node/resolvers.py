"""Ask other resolvers for names that are not known here."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress

_SECONDS = 2.0

# Makes an IPv4 socket for datagrams or for a stream.
OpenSocket = Callable[[socket.SocketKind], socket.socket]


class Resolvers:
    """Resolvers by address and port, asked in order. `open_socket` makes sockets that reach them."""

    def __init__(self, servers: Sequence[tuple[str, int]], open_socket: OpenSocket) -> None:
        self._servers = tuple(servers)
        self._open = open_socket

    async def ask(self, query: bytes, *, stream: bool = False) -> bytes | None:
        """Pass an encoded query on and return the encoded answer; None when none answers within 2 s each.

        `stream`: over TCP, where nothing is too long for an answer.
        """
        for server in self._servers:
            with suppress(OSError):  # TimeoutError is one
                async with asyncio.timeout(_SECONDS):
                    return await (self._converse if stream else self._exchange)(server, query)
        return None

    async def _converse(self, server: tuple[str, int], query: bytes) -> bytes:
        asked = self._open(socket.SOCK_STREAM)
        asked.setblocking(False)
        with asked:
            await asyncio.get_running_loop().sock_connect(asked, server)
            reader, writer = await asyncio.open_connection(sock=asked)
            try:
                writer.write(len(query).to_bytes(2) + query)
                return await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
            except EOFError as error:
                raise ConnectionResetError from error
            finally:
                writer.close()

    async def _exchange(self, server: tuple[str, int], query: bytes) -> bytes:
        # A port of its own for each query, and an answer to another query's number is not taken.
        loop = asyncio.get_running_loop()
        with self._open(socket.SOCK_DGRAM) as asked:
            asked.setblocking(False)
            asked.connect(server)
            await loop.sock_sendall(asked, query)
            while True:
                answer = await loop.sock_recv(asked, 65535)
                if answer[:2] == query[:2]:
                    return answer


def nameservers(text: str) -> list[tuple[str, int]]:
    """The IPv4 name servers of a resolv.conf."""
    lines = (line.split() for line in text.splitlines())
    return [(words[1], 53) for words in lines if words[:1] == ["nameserver"] and ":" not in words[1]]

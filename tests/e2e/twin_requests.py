"""Many requests to a twin in little time: one connection for all that come from one client, one after the other."""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import groupby

from twin import Twin, client_tls, proxy_line

from lateen.identity.authority import KeyPair
from lateen.runtime import netns
from lateen.simulate.call import Call

REFUSED = (403, "RBAC: access denied")
Answer = tuple[int, str]


class Requests:
    """`answers`: the status and body of each call's answer; (0, text) of bytes, whose text is "" where they are cut."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin
        self._pairs: dict[str, KeyPair] = {}

    async def answers(self, calls: Sequence[Call]) -> list[Answer]:
        order = sorted(range(len(calls)), key=lambda at: _connection(calls[at]))
        groups = [list(group) for _, group in groupby(order, key=lambda at: _connection(calls[at]))]
        answered = await asyncio.gather(*(self._group([calls[at] for at in places]) for places in groups))
        found = {
            at: one for places, done in zip(groups, answered, strict=True) for at, one in zip(places, done, strict=True)
        }
        return [found[at] for at in range(len(calls))]

    async def _group(self, calls: Sequence[Call]) -> list[Answer]:
        found: list[Answer] = []
        while len(found) < len(calls):  # a proxy may close after an answer: the rest goes on another connection
            left = calls[len(found) :]
            done = await asyncio.wait_for(self._talk(left), 60)
            assert done, f"no answer to {left[0]}"
            found += done
        return found

    async def _talk(self, calls: Sequence[Call]) -> list[Answer]:
        first = calls[0]
        made = netns.tcp_socket_in(self._twin.path)
        made.setblocking(False)
        # The PROXY protocol tells where a request comes from, not where its connection does.
        made.bind((first.client, 0))
        await asyncio.get_running_loop().sock_connect(made, (first.address, 15006))
        reader, writer = await asyncio.open_connection(sock=made)
        try:
            writer.write(proxy_line(made, first))
            if first.tls != "plaintext":
                await writer.drain()
                context = client_tls(first, self._pair(first.identity), self._twin.folder)
                await writer.start_tls(context, server_hostname=first.server_name)
            if first.protocol == "tcp":
                return [await _bytes(reader, writer)]
            return await _requests(reader, writer, calls)
        finally:
            writer.transport.abort()

    def _pair(self, identity: str) -> KeyPair:
        if identity not in self._pairs:
            self._pairs[identity] = self._twin.authority.server_certificate([], identity)
        return self._pairs[identity]


def _connection(call: Call) -> tuple[str, ...]:
    once = f"{call}" if call.protocol == "tcp" else ""
    return call.client, call.address, str(call.port), call.tls, call.identity, call.sni, once


async def _bytes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Answer:
    writer.write(b"\0hello\r\n")
    try:
        return 0, (await reader.read(64)).decode()
    except OSError:
        return 0, ""


async def _requests(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, calls: Sequence[Call]) -> list[Answer]:
    found: list[Answer] = []
    for call in calls:
        headers = {"host": call.host, **call.headers}
        lines = [f"{call.method} {call.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        try:
            status, told = await _head(reader)
        except (asyncio.IncompleteReadError, OSError):
            break
        body = (await reader.readexactly(int(told.get("content-length", 0)))).decode()
        found.append((status, body))
        if told.get("connection") == "close":
            break
    return found


async def _head(reader: asyncio.StreamReader) -> tuple[int, Mapping[str, str]]:
    first, *rest = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    return int(first.split()[1]), {name.lower(): value for name, value in (line.split(": ", 1) for line in rest)}

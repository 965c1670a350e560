"""Answer a pod's DNS queries: the mesh's names from its table, all others from the pod's own resolvers."""

import asyncio
from contextlib import suppress
from typing import Protocol

import dns.rcode

from lateen.node.dns_message import SMALLEST, encoded, read_query, response_to
from lateen.node.name_answer import answer
from lateen.node.names import Names

_PATIENCE = 2.0


class Upstream(Protocol):
    """The resolvers that are asked for what the table does not know."""

    async def ask(self, query: bytes, *, stream: bool = False) -> bytes | None:
        """Pass an encoded query on; None when nobody answers."""
        ...


class NameServer:
    """`known` is set when the table has come. Until then nothing is passed on: another resolver may deny what the mesh
    knows, or give an address by which the proxy cannot tell the service."""

    def __init__(self, names: Names, upstream: Upstream) -> None:
        self.names = names
        self.known = asyncio.Event()
        self._upstream = upstream

    async def answer(self, wire: bytes, size: int) -> bytes | None:
        """The encoded answer to an encoded query; `size`: bytes that it may have where the query does not say."""
        if (query := read_query(wire)) is None:
            return None
        if not await self._table_came():
            return encoded(response_to(query, dns.rcode.SERVFAIL), size)
        if (response := answer(self.names, query)) is not None:
            return encoded(response, max(size, query.payload))
        forwarded = await self._upstream.ask(wire, stream=size > SMALLEST)
        return forwarded or encoded(response_to(query, dns.rcode.SERVFAIL), size)

    async def _table_came(self) -> bool:
        if not self.known.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE):
                    await self.known.wait()
        return self.known.is_set()

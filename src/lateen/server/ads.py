"""Serve each proxy its configuration over one aggregated delta stream."""

import asyncio
import itertools
import logging
import math
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import grpc
import grpc.aio

from lateen.base.clock import Clock
from lateen.base.conversation import converse
from lateen.base.errors import LateenError
from lateen.base.tasks import cancel, spawn
from lateen.server.auth import Caller, Callers, Forbidden, Unauthenticated
from lateen.server.proxy_node import BadNode, ProxyNode, confirm, read_node
from lateen.xds.session import ProtocolError, Session

SERVICE = "envoy.service.discovery.v3.AggregatedDiscoveryService"
FIRST_REQUEST_SECONDS = 10.0


class Silent(LateenError):
    """A stream was opened and nothing was asked on it."""


_log = logging.getLogger(__name__)
_STATUS: dict[type[Exception], grpc.StatusCode] = {
    Unauthenticated: grpc.StatusCode.UNAUTHENTICATED,
    Forbidden: grpc.StatusCode.PERMISSION_DENIED,
    ProtocolError: grpc.StatusCode.INVALID_ARGUMENT,
    Silent: grpc.StatusCode.DEADLINE_EXCEEDED,
    BadNode: grpc.StatusCode.INVALID_ARGUMENT,
}


class Proxy(Protocol):
    """What one connected proxy is served from; made by the application."""

    @property
    def session(self) -> Session: ...

    def watch(self, wake: Callable[[], None]) -> None:
        """Call `wake` whenever one of the session's views has changed, until `close`."""
        ...

    def close(self) -> None:
        """Let go of everything that only this connection wanted."""
        ...


@dataclass(slots=True, eq=False)
class Connection:
    """One open stream. `since` is in seconds since the epoch, `received` and `sent` in bytes."""

    node: ProxyNode
    caller: Caller
    proxy: Proxy
    peer: str
    since: float
    received: int = 0
    sent: int = 0

    def receive(self, message: bytes) -> None:
        """Take in an encoded request; raises ProtocolError."""
        self.received += len(message)
        self.proxy.session.receive(message)


class AdsServer:
    """The ADS service. Only callers with proof get a stream, and only for their own namespace."""

    def __init__(self, callers: Callers, open_proxy: Callable[[Caller, ProxyNode], Proxy], clock: Clock) -> None:
        """`open_proxy` may raise Forbidden: the stream is then refused with its message."""
        self._callers = callers
        self._open_proxy = open_proxy
        self._clock = clock
        self._numbers = itertools.count(1)
        self._connections: dict[int, Connection] = {}

    @property
    def connections(self) -> list[Connection]:
        """The open streams, oldest first."""
        return list(self._connections.values())

    def handler(self) -> grpc.GenericRpcHandler:
        """Return the service, to be added to a gRPC server. Messages pass as bytes."""
        method = grpc.stream_stream_rpc_method_handler(self._stream)
        return grpc.method_handlers_generic_handler(SERVICE, {"DeltaAggregatedResources": method})

    async def _stream(self, _: Any, call: grpc.aio.ServicerContext) -> AsyncGenerator[bytes, None]:
        try:
            connection = await self._open(call)
            if connection is not None:
                async with aclosing(self._serve(connection, call)) as responses:
                    async for response in responses:
                        yield response
        except tuple(_STATUS) as error:
            _log.warning("stream of %s ended: %s", call.peer(), error)
            status = next(status for kind, status in _STATUS.items() if isinstance(error, kind))
            await call.abort(status, str(error))

    async def _open(self, call: grpc.aio.ServicerContext) -> Connection | None:
        """Return a connection that has received its first request; None when the peer sent none."""
        caller = await self._callers.any_proof(call)
        if (first := await _first(call)) is None:
            return None
        node = read_node(first)
        confirm(node, caller)
        connection = Connection(node, caller, self._open_proxy(caller, node), call.peer(), self._clock.now())
        try:
            connection.receive(first)
        except ProtocolError:
            connection.proxy.close()
            raise
        return connection

    async def _serve(self, connection: Connection, call: grpc.aio.ServicerContext) -> AsyncGenerator[bytes, None]:
        number, name = next(self._numbers), connection.node.id
        news = asyncio.Event()
        alarm = spawn(self._ring_at(connection.caller.expires, news), name=f"end of the proof of {name}")
        self._connections[number] = connection
        connection.proxy.watch(news.set)
        _log.info("proxy %s connected as %s", name, connection.caller.identity.uri)
        talk = converse(partial(_read, call), connection.receive, partial(self._pending, connection), news)
        try:
            async with aclosing(talk) as responses:
                async for response in responses:
                    connection.sent += len(response)
                    yield response
        finally:
            del self._connections[number]
            connection.proxy.close()
            _log.info("proxy %s disconnected", name)
            await cancel(alarm)

    def _pending(self, connection: Connection) -> Iterable[bytes]:
        if self._clock.now() >= connection.caller.expires:
            raise Unauthenticated("the caller's certificate or token has ended: connect with the new one")
        return connection.proxy.session.pending()

    async def _ring_at(self, when: float, news: asyncio.Event) -> None:
        while math.isfinite(when) and (left := when - self._clock.now()) > 0:
            await self._clock.sleep(left)
        news.set()


async def _first(call: grpc.aio.ServicerContext) -> bytes | None:
    try:
        async with asyncio.timeout(FIRST_REQUEST_SECONDS):
            return await _read(call)
    except TimeoutError:
        raise Silent(f"no request came within {FIRST_REQUEST_SECONDS:g} s") from None


async def _read(call: grpc.aio.ServicerContext) -> bytes | None:
    """Return the next message of the stream, None at its end."""
    message = await call.read()
    return message if isinstance(message, bytes) else None

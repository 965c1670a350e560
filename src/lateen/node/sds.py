"""Serve a workload's secrets to its own Envoy, on a unix socket that only Envoy may open."""

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import grpc.aio

from lateen.base.conversation import converse
from lateen.base.errors import LateenError
from lateen.proto.types import SECRET
from lateen.xds.session import ProtocolError, Session
from lateen.xds.view import View

SERVICE = "envoy.service.secret.v3.SecretDiscoveryService"
PROXY_UID = 1337
_LONGEST_SOCKET_PATH = 107

_log = logging.getLogger(__name__)


class SdsServer:
    """Delta SDS over `views`; any number of streams (Envoy opens one for each use of each secret)."""

    def __init__(self, views: Sequence[View], path: Path, owner: int = PROXY_UID) -> None:
        self.path = path
        self.streams = 0
        self._sessions: set[Session] = set()
        self._views = views
        self._owner = owner
        self._server: grpc.aio.Server | None = None

    async def start(self) -> None:
        """Listen at `path`, mode 0600, owned by `owner`; a socket left there is replaced."""
        if len(os.fsencode(self.path)) > _LONGEST_SOCKET_PATH:
            raise LateenError(
                f"{self.path} is too long for a unix socket ({_LONGEST_SOCKET_PATH} bytes at most)",
                "move the mesh's run folder to a shorter path",
            )
        self.path.unlink(missing_ok=True)
        server = grpc.aio.server(options=(("grpc.so_reuseport", 0),))
        method = grpc.stream_stream_rpc_method_handler(self._stream)
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, {"DeltaSecrets": method}),))
        before = os.umask(0o177)
        try:
            server.add_insecure_port(f"unix:{self.path}")
        finally:
            os.umask(before)
        os.chown(self.path, self._owner, self._owner)
        await server.start()
        self._server = server

    def answered(self) -> bool:
        """Say whether every use of every secret has the newest one."""
        return all(session.answered() for session in self._sessions)

    async def stop(self) -> None:
        """Close all streams and remove the socket. Envoy keeps the secrets it has."""
        if self._server is not None:
            await self._server.stop(0)
        self.path.unlink(missing_ok=True)

    async def _stream(self, _: Any, call: grpc.aio.ServicerContext) -> AsyncGenerator[bytes, None]:
        session = Session(lambda type_url: self._views if type_url == SECRET else ())
        news = asyncio.Event()
        for view in self._views:
            view.watchers.add(news.set)
        self.streams += 1
        self._sessions.add(session)
        try:
            async with aclosing(converse(partial(_read, call), session.receive, session.pending, news)) as responses:
                async for response in responses:
                    yield response
        except ProtocolError as error:
            _log.warning("%s: %s", self.path, error)
            await call.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        finally:
            self.streams -= 1
            self._sessions.discard(session)
            for view in self._views:
                view.watchers.discard(news.set)


async def _read(call: grpc.aio.ServicerContext) -> bytes | None:
    """Return the next message of the stream, None at its end."""
    message = await call.read()
    return message if isinstance(message, bytes) else None

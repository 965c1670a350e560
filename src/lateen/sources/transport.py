"""One HTTP session to one API server: credentials, timeouts, refusals."""

import socket
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import msgspec

from lateen.base.sockets import watchful_socket
from lateen.sources.access import Access
from lateen.sources.api_error import ApiError, api_error
from lateen.sources.login import Shown

JSON = "application/json"


class Transport:
    """Sends requests as one user. What proves who that is may change between two of them."""

    def __init__(self, access: Access, *, user_agent: str = "lateen") -> None:
        self.access = access
        self.url = access.url.rstrip("/")
        self._user_agent = user_agent
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        content_type: str = JSON,
        *,
        accept: str = JSON,
        timeout: aiohttp.ClientTimeout | None = None,
    ) -> aiohttp.ClientResponse:
        """Return the response, still to be read; raises ApiError when it is a refusal, aiohttp.ClientError."""
        headers = {"Accept": accept, "User-Agent": self._user_agent}
        data = None
        if body is not None:
            headers["Content-Type"] = content_type
            data = msgspec.json.encode(body)
        options = {"params": query, "data": data, "timeout": timeout or aiohttp.ClientTimeout(total=60, connect=10)}
        shown = await self.access.login.current()
        try:
            return await self._once(method, path, headers, shown, options)
        except ApiError as error:
            if error.code != 401 or not self.access.login.source.refused(shown.proof):
                raise
        return await self._once(method, path, headers, await self.access.login.current(), options)

    async def _once(
        self, method: str, path: str, headers: Mapping[str, str], shown: Shown, options: Mapping[str, Any]
    ) -> aiohttp.ClientResponse:
        access = self.access
        answer = await self._opened().request(
            method,
            self.url + path,
            headers=[*headers.items(), *shown.headers.items(), *access.impersonation],
            ssl=shown.ssl or True,
            server_hostname=access.server_name or None,
            proxy=access.proxy or None,
            **options,
        )
        if answer.status >= 400:
            async with answer:
                raise api_error(answer.status, await answer.read())
        return answer

    async def websocket(self, path: str, protocols: Sequence[str], seconds: float) -> aiohttp.ClientWebSocketResponse:
        """Open a WebSocket, to be closed by the caller; raises ApiError when it is refused, aiohttp.ClientError."""
        shown, access = await self.access.login.current(), self.access
        try:
            return await self._opened().ws_connect(
                self.url + path,
                protocols=protocols,
                headers=[*shown.headers.items(), *access.impersonation],
                ssl=shown.ssl or True,
                server_hostname=access.server_name or None,
                proxy=access.proxy or None,
                max_msg_size=0,
                timeout=aiohttp.ClientWSTimeout(ws_receive=seconds),
            )
        except aiohttp.WSServerHandshakeError as error:
            raise api_error(error.status, error.message.encode()) from error

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            # One connection per watch: no limit, and nothing from the environment (proxies, netrc).
            connector = aiohttp.TCPConnector(limit=0, socket_factory=_socket)
            self._session = aiohttp.ClientSession(connector=connector, trust_env=False)
        return self._session


def _socket(info: aiohttp.AddrInfoType) -> socket.socket:
    family, kind, protocol, *_ = info
    return watchful_socket(family, kind, protocol)

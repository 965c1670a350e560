"""Talk to a pod from inside its own network namespace, where neither mTLS nor capture stands in the way."""

import asyncio
import socket
from collections.abc import Callable, Mapping

import aiohttp

Opener = Callable[[], socket.socket]


class Inside:
    """Connections whose sockets were made inside one pod's namespace. `ip` is the pod's address there.

    `open_socket` makes a TCP/IPv4 socket in the namespace; it may block for well under a millisecond.
    """

    def __init__(self, ip: str, open_socket: Opener) -> None:
        self.ip = ip
        self._open = open_socket
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """An HTTP client of the namespace. Keeps no connections, checks no certificates (as probes do)."""
        if self._session is None:
            connector = aiohttp.TCPConnector(
                socket_factory=lambda address: self._open(),
                family=socket.AF_INET,
                force_close=True,
                ssl=False,
            )
            self._session = aiohttp.ClientSession(connector=connector, auto_decompress=False)
        return self._session

    async def connect(self, host: str, port: int) -> socket.socket:
        """Return a connected, non-blocking socket. Raises OSError."""
        made = self._open()
        made.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(made, (host or self.ip, port))
        except BaseException:
            made.close()
            raise
        return made

    async def http(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, seconds: float
    ) -> tuple[int, str]:
        """One request, redirects not followed; returns status and body. Raises ClientError, TimeoutError."""
        timeout = aiohttp.ClientTimeout(total=seconds)
        async with self.session.request(
            method, url, headers=headers, timeout=timeout, allow_redirects=False
        ) as response:
            return response.status, await response.text(errors="replace")

    async def close(self) -> None:
        """Close what is open."""
        if self._session is not None:
            await self._session.close()
            self._session = None

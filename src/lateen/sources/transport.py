"""One HTTP session to one API server: credentials, timeouts, refusals."""

import ssl as tls
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from lateen.base.redacted import Redacted
from lateen.sources.api_error import api_error


class Transport:
    """Sends requests as one user. The token file is read for every request: it may be rotated."""

    def __init__(
        self,
        url: str,
        *,
        ssl: tls.SSLContext | None = None,
        token: Redacted | None = None,
        token_file: Path | None = None,
        user_agent: str = "lateen",
    ) -> None:
        self.url = url.rstrip("/")
        self._ssl, self._token, self._token_file = ssl, token, token_file
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
        content_type: str = "application/json",
        *,
        timeout: aiohttp.ClientTimeout | None = None,
    ) -> aiohttp.ClientResponse:
        """Return the response, still to be read; raises ApiError when it is a refusal, aiohttp.ClientError."""
        headers = {"Accept": "application/json", "User-Agent": self._user_agent} | self._authorization()
        data = None
        if body is not None:
            headers["Content-Type"] = content_type
            data = msgspec.json.encode(body)
        answer = await self._opened().request(
            method,
            self.url + path,
            params=query,
            data=data,
            headers=headers,
            ssl=self._ssl or True,
            timeout=timeout or aiohttp.ClientTimeout(total=60, connect=10),
        )
        if answer.status >= 400:
            async with answer:
                raise api_error(answer.status, await answer.read())
        return answer

    def _authorization(self) -> dict[str, str]:
        if self._token_file is not None:
            return {"Authorization": f"Bearer {self._token_file.read_text().strip()}"}
        if self._token is not None:
            return {"Authorization": f"Bearer {self._token.reveal().decode()}"}
        return {}

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            # One connection per watch: no limit, and nothing from the environment (proxies, netrc).
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), trust_env=False)
        return self._session

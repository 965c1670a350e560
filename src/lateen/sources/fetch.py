"""Fetch what users' objects name by URL: with a deadline, a size limit, and a guard over every address connected to."""

import asyncio
import socket
import ssl
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import aiohttp

from lateen.base.errors import LateenError
from lateen.sources.guard import Guard

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
# What must not follow a redirect to another host.
_SECRET = frozenset({"authorization", "cookie"})


class Fetched(NamedTuple):
    """An answer of 200; names of `headers` in lower case."""

    url: str
    body: bytes
    headers: Mapping[str, str]


class FetchError(LateenError):
    """What could not be fetched, and why. `status`: of the last answer, 0 without one; `headers` of it."""

    def __init__(self, message: str, fix: str = "", status: int = 0, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message, fix)
        self.status, self.headers = status, headers or {}


class Fetcher:
    """Fetches; proxies of the environment, cookies and kept connections play no part."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._tls = ssl.create_default_context()

    async def get(
        self, url: str, *, limit: int, seconds: float = 5.0, headers: Mapping[str, str] | None = None
    ) -> Fetched:
        """Fetch at most `limit` bytes within `seconds`, all redirects included. Raises FetchError."""
        try:
            async with asyncio.timeout(seconds), self._session() as session:
                return await self._follow(session, url, limit, dict(headers or {}))
        except TimeoutError as error:
            raise FetchError(f"{url} does not answer within {seconds:g} s") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _refusal(error) or FetchError(f"{url}: {_words(error)}") from error

    def _session(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(socket_factory=self._socket, force_close=True, use_dns_cache=False)
        return aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, trust_env=False
        )

    def _socket(self, info: aiohttp.AddrInfoType) -> socket.socket:
        """Make the socket of one attempt to connect: here an address is known for what it is, whatever named it."""
        family, kind, protocol, _, address = info
        if found := self._guard.refusal(str(address[0])):
            fix = "use another place, or have the administrator allow the address (LATEEN_FETCH_ALLOW)"
            raise _Refused(FetchError(f"{address[0]} is {found}: it is not fetched from", fix))
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made

    async def _follow(self, session: aiohttp.ClientSession, url: str, limit: int, headers: dict[str, str]) -> Fetched:
        first = url
        for _ in range(_MOST_REDIRECTS + 1):
            async with session.get(url, headers=headers, allow_redirects=False, ssl=self._tls) as answer:
                if answer.status in _REDIRECTS and "location" in answer.headers:
                    url, headers = _next(url, answer.headers["location"], headers)
                    continue
                known = {name.lower(): value for name, value in answer.headers.items()}
                if answer.status != 200:
                    raise FetchError(f"{url} answers {answer.status}", status=answer.status, headers=known)
                return Fetched(url, await _read(answer, url, limit), known)
        raise FetchError(f"{first} redirects more than {_MOST_REDIRECTS} times")


class _Refused(OSError):
    """Carries a refusal through the library that connects."""

    def __init__(self, why: FetchError) -> None:
        super().__init__(str(why))
        self.why = why


async def _read(answer: aiohttp.ClientResponse, url: str, limit: int) -> bytes:
    too_much = FetchError(f"{url} sends more than {limit} bytes")
    if (answer.content_length or 0) > limit:
        raise too_much
    body = bytearray()
    async for part in answer.content.iter_any():
        body += part
        if len(body) > limit:
            raise too_much
    return bytes(body)


def _next(url: str, location: str, headers: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Where a redirect leads, and what is said there."""
    to = urljoin(url, location)
    old, new = urlsplit(url), urlsplit(to)
    if new.scheme not in ("http", "https") or (old.scheme, new.scheme) == ("https", "http"):
        raise FetchError(f"{url} redirects to {new.scheme}: that is not followed")
    if old.netloc != new.netloc:
        headers = {name: value for name, value in headers.items() if name.lower() not in _SECRET}
    return to, headers


def _refusal(error: BaseException | None) -> FetchError | None:
    """The guard's own words, if it is behind an error."""
    seen: list[BaseException] = []
    waiting = [error] if error else []
    while waiting:
        one = waiting.pop()
        if isinstance(one, _Refused):
            return one.why
        if one in seen:
            continue
        seen.append(one)
        inner = one.exceptions if isinstance(one, BaseExceptionGroup) else ()
        waiting += [each for each in (*inner, one.__cause__, one.__context__, getattr(one, "os_error", None)) if each]
    return None


def _words(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__

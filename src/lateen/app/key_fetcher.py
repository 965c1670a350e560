"""Fetch the keys of token issuers that policies name by URL, and keep them fresh.

What was fetched last stays in force while its source cannot be reached; before the first time there are no keys, and
proxies refuse the issuer's tokens.
"""

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from lateen.base.clock import Clock
from lateen.base.foreign_json import read_json
from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn
from lateen.reactive import Collection
from lateen.security.keys import usable_keys
from lateen.security.request_authentication import DISCOVERY
from lateen.sources.fetch import Fetched, Fetcher, FetchError
from lateen.store.store import Store

REFRESH = 20 * 60.0
"""Seconds between two fetches, unless the source says that its keys live shorter."""
SHORTEST = 60.0
FIRST_RETRY, LAST_RETRY, LATE_RETRY = 1.0, 5.0, 60.0
"""Seconds to the next try: doubled up to the last while there are no keys, up to the late one while there are."""
LIMIT = 1 << 20
_AT_ONCE = 8

_log = logging.getLogger(__name__)


class KeyFetcher:
    """Puts into the store the keys of every wanted URL, and why there are none; `poke` is called then."""

    def __init__(
        self,
        wanted: Collection[tuple[Key, int], str],
        store: Store,
        fetcher: Fetcher,
        poke: Callable[[], None],
        clock: Clock,
    ) -> None:
        self._store, self._fetcher, self._poke, self._clock = store, fetcher, poke, clock
        self._wanted: dict[tuple[Key, int], str] = {}
        self._news = asyncio.Event()
        self._turns = asyncio.Semaphore(_AT_ONCE)
        wanted.subscribe(self._changed)

    async def run(self) -> None:
        """Fetch until cancelled."""
        keeping: dict[str, asyncio.Task[None]] = {}
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                urls = Counter(self._wanted.values())
                for url in urls.keys() - keeping.keys():
                    keeping[url] = spawn(self._keep(url), name=f"keys of {url}")
                for url in keeping.keys() - urls.keys():
                    await cancel(keeping.pop(url))
                    self._forget(url)
        finally:
            await cancel(*keeping.values())

    def _changed(self, changes: Mapping[tuple[Key, int], str | None]) -> None:
        for key, url in changes.items():
            if url is None:
                self._wanted.pop(key, None)
            else:
                self._wanted[key] = url
        self._news.set()

    async def _keep(self, url: str) -> None:
        retry = FIRST_RETRY
        while True:
            try:
                async with self._turns:
                    text, wait = await self._fetch(url)
            except FetchError as error:
                self._failed(url, error)
                most = LATE_RETRY if self._store.keys.get(url) else LAST_RETRY
                wait, retry = min(retry, most), min(retry * 2, most)
            else:
                self._fetched(url, text)
                retry = FIRST_RETRY
            await self._clock.sleep(wait)

    async def _fetch(self, url: str) -> tuple[str, float]:
        """Return the keys at a URL, or at the one that an issuer's discovery document names, and how long they live."""
        found = await self._fetcher.get(url, limit=LIMIT)
        if url.endswith(DISCOVERY):
            found = await self._fetcher.get(_keys_url(found), limit=LIMIT)
        text = usable_keys(found.body)
        if not text:
            raise FetchError(f"{found.url} holds no key that can prove a token")
        return text, _lifetime(found)

    def _fetched(self, url: str, text: str) -> None:
        if self._store.keys.get(url) != text:
            _log.info("keys of %s are new", url)
        self._store.keys.put(url, text)
        self._store.key_faults.delete(url)
        self._poke()

    def _failed(self, url: str, error: FetchError) -> None:
        if self._store.key_faults.get(url) != str(error):
            _log.warning("no keys: %s", error)
        self._store.key_faults.put(url, str(error))
        self._poke()

    def _forget(self, url: str) -> None:
        self._store.keys.delete(url)
        self._store.key_faults.delete(url)
        self._poke()


def _keys_url(document: Fetched) -> str:
    """Read a discovery document: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata"""
    try:
        found = read_json(document.body)
    except ValueError:
        found = None
    url = found.get("jwks_uri") if isinstance(found, dict) else None
    if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https"):
        raise FetchError(f"{document.url} names no jwks_uri")
    return url


def _lifetime(found: Fetched) -> float:
    """Half of what the source says, so that they are new before they are old."""
    said = re.search(r"max-age=(\d{1,9})", found.headers.get("cache-control", ""))
    return min(max(int(said[1]) / 2, SHORTEST), REFRESH) if said else REFRESH

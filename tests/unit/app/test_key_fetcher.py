"""Against real servers on this machine's loopback."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web
from tokens import Issuer

from lateen.app import key_fetcher
from lateen.app.key_fetcher import KeyFetcher
from lateen.base.clock import SystemClock
from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn, until
from lateen.reactive import Engine
from lateen.security.keys import usable_keys
from lateen.security.request_authentication import DISCOVERY
from lateen.sources.fetch import Fetcher
from lateen.sources.guard import Guard
from lateen.store.store import Store

POLICY = (Key("shop", "tokens"), 0)
ONE, TWO = Issuer("me", "one").jwks, Issuer("me", "two").jwks


class Provider:
    """Serves `answer` at /keys (None: 500), with a discovery document; `asked`: how often."""

    def __init__(self) -> None:
        self.answer: str | None = ONE
        self.asked = 0
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def keys(self, request: web.Request) -> web.Response:
        self.asked += 1
        return web.Response(text=self.answer) if self.answer is not None else web.Response(status=500)

    async def discovery(self, request: web.Request) -> web.Response:
        return web.json_response({"issuer": self.url, "jwks_uri": f"{self.url}/keys"})


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    made, app = Provider(), web.Application()
    app.router.add_get("/keys", made.keys)
    app.router.add_get(DISCOVERY, made.discovery)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.port = runner.addresses[0][1]
    yield made
    await runner.cleanup()


class Keeper:
    """A fetcher at work, and what it puts where."""

    def __init__(self, guard: Guard) -> None:
        self.engine = Engine()
        self.store = Store(self.engine)
        self.wanted: Any = self.engine.input("wanted")
        self.pokes = 0
        self.fetcher = KeyFetcher(self.wanted, self.store, Fetcher(guard), self._poke, SystemClock())
        self.running = spawn(self.fetcher.run(), name="keys")

    def _poke(self) -> None:
        self.pokes += 1

    def want(self, url: str | None, key: Any = POLICY) -> None:
        if url is None:
            self.wanted.delete(key)
        else:
            self.wanted.put(key, url)
        self.engine.settle()

    async def sees(self, condition: Callable[[], Any]) -> None:
        await until(condition, seconds=10, what="the fetcher")


@pytest.fixture
async def keeper(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Keeper]:
    for name in ("FIRST_RETRY", "LAST_RETRY", "LATE_RETRY", "REFRESH"):
        monkeypatch.setattr(key_fetcher, name, 0.05)
    made = Keeper(Guard(allowed=["127.0.0.0/8"]))
    yield made
    await cancel(made.running)


async def test_keys_are_fetched_and_kept_fresh_while_they_are_wanted(provider: Provider, keeper: Keeper) -> None:
    url = f"{provider.url}/keys"
    keeper.want(url)
    await keeper.sees(lambda: keeper.store.keys.get(url) == usable_keys(ONE))
    assert keeper.pokes
    provider.answer = TWO
    await keeper.sees(lambda: keeper.store.keys.get(url) == usable_keys(TWO))
    keeper.want(None)
    await keeper.sees(lambda: keeper.store.keys.get(url) is None)


async def test_the_last_good_keys_stay_while_the_source_is_ill_and_it_is_told(
    provider: Provider, keeper: Keeper
) -> None:
    url = f"{provider.url}/keys"
    keeper.want(url)
    await keeper.sees(lambda: keeper.store.keys.get(url))
    for answer, told in ((None, "answers 500"), ('{"keys": []}', "holds no key"), ("x" * (1 << 21), "more than")):
        provider.answer = answer
        await keeper.sees(lambda told=told: told in (keeper.store.key_faults.get(url) or ""))
        assert keeper.store.keys.get(url) == usable_keys(ONE)
    provider.answer = TWO
    await keeper.sees(lambda: keeper.store.keys.get(url) == usable_keys(TWO))
    assert keeper.store.key_faults.get(url) is None


async def test_a_source_that_comes_late_is_found(provider: Provider, keeper: Keeper) -> None:
    url, provider.answer = f"{provider.url}/keys", None
    keeper.want(url)
    await keeper.sees(lambda: provider.asked >= 3)
    assert keeper.store.keys.get(url) is None
    provider.answer = ONE
    await keeper.sees(lambda: keeper.store.keys.get(url))


async def test_an_issuers_discovery_document_leads_to_its_keys(provider: Provider, keeper: Keeper) -> None:
    keeper.want(provider.url + DISCOVERY)
    await keeper.sees(lambda: keeper.store.keys.get(provider.url + DISCOVERY) == usable_keys(ONE))


async def test_two_that_want_one_url_share_it(provider: Provider, keeper: Keeper) -> None:
    url = f"{provider.url}/keys"
    keeper.want(url)
    keeper.want(url, (Key("bank", "tokens"), 0))
    await keeper.sees(lambda: keeper.store.keys.get(url))
    keeper.want(None)
    seen = provider.asked
    await keeper.sees(lambda: provider.asked > seen + 1)
    assert keeper.store.keys.get(url)


async def test_inner_addresses_are_not_asked(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    strict = Keeper(Guard())
    strict.want(f"{provider.url}/keys")
    await strict.sees(lambda: "loopback" in (strict.store.key_faults.get(f"{provider.url}/keys") or ""))
    assert not provider.asked
    await cancel(strict.running)


def test_a_document_that_names_no_keys_is_told() -> None:
    from lateen.sources.fetch import Fetched, FetchError

    for body in (b"", b"[]", b"{}", json.dumps({"jwks_uri": "file:///etc"}).encode()):
        with pytest.raises(FetchError, match="names no jwks_uri"):
            key_fetcher._keys_url(Fetched("https://me", body, {}))


@pytest.mark.parametrize(("said", "seconds"), [("", 1200), ("max-age=10", 60), ("public, max-age=600", 300), ("max-age=999999", 1200)])  # fmt: skip
def test_keys_are_fetched_again_before_they_are_old(said: str, seconds: float) -> None:
    from lateen.sources.fetch import Fetched

    assert key_fetcher._lifetime(Fetched("u", b"", {"cache-control": said})) == seconds

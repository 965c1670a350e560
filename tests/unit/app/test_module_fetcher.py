"""Against a real registry and web server on this machine's loopback."""

from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from registries import ImageRegistry, pull_config, registry
from worlds import World, istio

from lateen.app import module_fetcher
from lateen.app.module_fetcher import ModuleFetcher
from lateen.base.clock import SystemClock
from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn, until
from lateen.sources.fetch import Fetcher
from lateen.sources.guard import Guard
from lateen.sources.wasm.cache import ModuleCache
from lateen.sources.wasm.loader import Loader

ONE, TWO = b"\0asm\1\0\0\0one", b"\0asm\1\0\0\0two"
NAME = "extensions.istio.io/wasmplugin/shop.x"


class Fetching:
    """A fetcher at work over a mesh."""

    def __init__(self, folder: Path, server: ImageRegistry) -> None:
        self.world, self.server = World(), server
        self.modules = self.world.plans.module_store
        loader = Loader(Fetcher(Guard(allowed=["127.0.0.0/8"])), lambda: ["*"], limit=10_000, seconds=5)
        cache = ModuleCache(folder / "modules")
        store = self.world.store
        self.fetcher = ModuleFetcher(self.modules, store, loader, cache, self.world.settle, SystemClock())
        self.running = spawn(self.fetcher.run(), name="modules")

    def ask(self, url: str, spec: str = "", **meta: Any) -> None:
        raw = istio("WasmPlugin", "x", f"{{url: '{url}'{spec}}}")
        raw["metadata"] |= meta
        self.world.put(raw)

    def secret(self, password: str) -> None:
        meta = {"name": "pull", "namespace": "shop"}
        config = pull_config(self.server.host, "me", password)
        given = {".dockerconfigjson": b64encode(config.encode()).decode()}
        self.world.put({"apiVersion": "v1", "kind": "Secret", "metadata": meta, "data": given})

    @property
    def code(self) -> bytes | None:
        current = self.modules.current.get(NAME)
        return current.code.content if current is not None and current.code is not None else None

    @property
    def fault(self) -> str:
        remarks = self.modules.remarks["WasmPlugin"].get(Key("shop", "x"))
        return str(remarks[0]) if remarks else ""

    async def sees(self, condition: Callable[[], Any]) -> None:
        await until(condition, seconds=10, what=f"the fetcher: {self.fault}")


@pytest.fixture
async def server() -> AsyncIterator[ImageRegistry]:
    async with registry() as made:
        yield made


@pytest.fixture
async def fetching(
    tmp_path: Path, server: ImageRegistry, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Callable[[], Fetching]]:
    monkeypatch.setattr(module_fetcher, "FIRST_RETRY", 0.05)
    monkeypatch.setattr(module_fetcher, "LAST_RETRY", 0.05)
    made: list[Fetching] = []

    def start() -> Fetching:
        made.append(Fetching(tmp_path, server))
        return made[-1]

    yield start
    await cancel(*(one.running for one in made))


async def test_a_module_that_is_not_there_is_told_of_and_tried_until_it_is(fetching, server: ImageRegistry):
    one = fetching()
    assert one.fetcher.settled
    one.ask(f"http://{server.host}/m.wasm")
    assert not one.fetcher.settled
    await one.sees(lambda: one.fault)
    assert one.fault.startswith("spec.url: the module is not there: ") and "answers 404" in one.fault
    assert one.fetcher.settled and one.code is None
    server.files["/m.wasm"] = ONE
    await one.sees(lambda: one.code == ONE)
    assert one.fault == ""
    one.world.delete("WasmPlugin", "x")
    await one.sees(lambda: one.modules.fetched.get(NAME) is None)


async def test_until_another_can_be_fetched_the_last_counts(fetching, server: ImageRegistry):
    one, url = fetching(), f"http://{server.host}"
    server.files["/1"] = ONE
    one.ask(f"{url}/1")
    await one.sees(lambda: one.code == ONE)
    one.ask(f"{url}/2")
    await one.sees(lambda: "/2 answers 404" in one.fault)
    assert one.code == ONE
    server.files["/2"] = TWO
    await one.sees(lambda: one.code == TWO)


async def test_what_is_known_is_not_fetched_again_and_a_new_process_has_it(fetching, server: ImageRegistry):
    one, url = fetching(), f"http://{server.host}/m.wasm"
    server.files["/m.wasm"] = ONE
    one.ask(url)
    await one.sees(lambda: one.code == ONE)
    one.ask(url, ", pluginConfig: {a: 1}")
    await one.sees(lambda: one.modules.current.get(NAME).settings)
    assert len(server.asked) == 1
    await cancel(one.running)
    server.files.clear()
    two = fetching()
    two.ask(url)
    await two.sees(lambda: two.code == ONE)
    assert len(server.asked) == 1


async def test_always_means_with_every_version_of_the_object(fetching, server: ImageRegistry):
    one, url = fetching(), f"{server.host}/web"
    server.push("web", "latest", ONE)
    one.ask(url, annotations={"a": "1"})
    await one.sees(lambda: one.code == ONE)
    server.push("web", "latest", TWO)
    one.ask(url, annotations={"a": "2"})
    await one.sees(lambda: one.code == TWO)
    server.push("web", "latest", ONE)
    one.ask(url, ", imagePullPolicy: IfNotPresent", annotations={"a": "3"})
    await one.sees(lambda: one.modules.fetched.get(NAME).request.always is False)
    assert one.code == TWO


async def test_a_pull_secret_is_read_when_it_comes(fetching, server: ImageRegistry, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module_fetcher, "FIRST_RETRY", 600)  # only the secret's change wakes it
    one, url = fetching(), f"{server.host}/web:v1"
    server.accounts = {"me": "pass"}
    server.push("web", "v1", ONE)
    one.ask(url, ", imagePullSecret: pull")
    await one.sees(lambda: "there is no Secret shop/pull" in one.fault)
    one.secret("wrong")
    await one.sees(lambda: "401" in one.fault)
    assert "wrong" not in one.fault
    one.secret("pass")
    await one.sees(lambda: one.code == ONE)
    one.ask(url)
    await one.sees(lambda: "401" in one.fault)  # what a password opened is not known without it
    assert one.code == ONE


async def test_a_file_is_not_fetched(fetching, server: ImageRegistry):
    one = fetching()
    one.ask("file:///m.wasm")
    assert one.fetcher.settled and one.modules.current.get(NAME).path == "/m.wasm"

"""Fetch the modules that users ask for, and try on until they are there.

What was fetched last stays in force until another is there; it is kept on disk, too, so that a new process has it.
https://istio.io/latest/docs/ops/configuration/extensibility/wasm-pull-policy/
"""

import asyncio
import base64
import hashlib
import logging
from collections.abc import Callable, Mapping

from lateen.base.clock import Clock
from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn
from lateen.kinds.object import Object
from lateen.plan.extension import Code
from lateen.planner.module import FetchedModule, ModuleRequest
from lateen.planner.modules import Modules
from lateen.sources.fetch import FetchError
from lateen.sources.wasm.cache import ModuleCache
from lateen.sources.wasm.loader import Loader
from lateen.store.store import Store

FIRST_RETRY, LAST_RETRY = 1.0, 60.0
"""Seconds to the next try, doubled up to the last."""
_AT_ONCE = 4
_PULL_CONFIGS = (".dockerconfigjson", ".dockercfg")

_log = logging.getLogger(__name__)


class ModuleFetcher:
    """Puts fetched modules where the plans take them from, and why one is not there; `poke` is called then."""

    def __init__(
        self, modules: Modules, store: Store, loader: Loader, cache: ModuleCache, poke: Callable[[], None], clock: Clock
    ) -> None:
        self._modules, self._store, self._loader, self._cache = modules, store, loader, cache
        self._poke, self._clock = poke, clock
        self._wanted: dict[str, ModuleRequest] = {}
        self._tried: set[str] = set()
        self._stale: set[str] = set()
        self._news = asyncio.Event()
        self._turns = asyncio.Semaphore(_AT_ONCE)
        modules.requests.subscribe(self._changed)
        store["Secret"].subscribe(self._secrets_changed)

    @property
    def settled(self) -> bool:
        """Whether every module is there, or was tried to be fetched."""
        return self._wanted.keys() <= self._tried

    async def run(self) -> None:
        """Fetch until cancelled."""
        working: dict[str, tuple[ModuleRequest, asyncio.Task[None]]] = {}
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                stale, self._stale = self._stale, set()
                for name, (request, task) in list(working.items()):
                    if self._wanted.get(name) != request or (name in stale and not task.done()):
                        await cancel(task)
                        del working[name]
                    if name not in self._wanted:
                        self._forget(name)
                for name, request in self._wanted.items():
                    if name not in working:
                        working[name] = request, spawn(self._provide(name, request), name=f"module {name}")
        finally:
            await cancel(*(task for _, task in working.values()))

    def _changed(self, changes: Mapping[str, ModuleRequest | None]) -> None:
        for name, request in changes.items():
            if request is None or request.module.path:
                self._wanted.pop(name, None)
            else:
                self._wanted[name] = request
        self._news.set()

    def _secrets_changed(self, changes: Mapping[Key, Object | None]) -> None:
        """Another pull secret may do where the last did not."""
        stale = {name for name, one in self._wanted.items() if one.secret and _secret_key(one) in changes}
        if stale:
            self._stale |= stale
            self._news.set()

    async def _provide(self, name: str, request: ModuleRequest) -> None:
        place = _place(request)
        known = await asyncio.to_thread(self._cache.find, place)
        if known is not None and (not request.always or self._modules.fetched.get(name) is None):
            self._put(name, request, known)
            if not request.always:
                return
        retry = FIRST_RETRY
        while True:
            try:
                async with self._turns:
                    content = await self._loader.load(request.url, request.sha256, self._pull_config(request))
            except FetchError as error:
                self._failed(name, error)
            else:
                self._put(name, request, content)
                await asyncio.to_thread(self._cache.keep, place, content)
                return
            await self._clock.sleep(retry)
            retry = min(retry * 2, LAST_RETRY)

    def _pull_config(self, request: ModuleRequest) -> bytes | None:
        if not request.secret:
            return None
        found = self._store["Secret"].get(_secret_key(request))
        if found is None:
            raise FetchError(f"there is no Secret {_secret_key(request)} to fetch it with")
        for key in _PULL_CONFIGS:
            if key in found.model.data:
                return base64.b64decode(found.model.data[key])
        raise FetchError(f"Secret {_secret_key(request)} has no {_PULL_CONFIGS[0]}")

    def _put(self, name: str, request: ModuleRequest, content: bytes) -> None:
        code = Code(hashlib.sha256(content).hexdigest(), content)
        self._modules.fetched.put(name, FetchedModule(request, code))
        self._modules.faults.delete(name)
        self._tried.add(name)
        self._poke()

    def _failed(self, name: str, error: FetchError) -> None:
        said = f"{error} ({error.fix})" if error.fix else str(error)
        if self._modules.faults.get(name) != said:
            _log.warning("no module %s: %s", name, said)
        self._modules.faults.put(name, said)
        self._tried.add(name)
        self._poke()

    def _forget(self, name: str) -> None:
        """Nothing is left of what is not wanted; where another is wanted, the last stays until that is there."""
        self._modules.faults.delete(name)
        self._modules.fetched.delete(name)
        self._tried.discard(name)
        self._poke()


def _secret_key(request: ModuleRequest) -> Key:
    return Key(request.key.namespace, request.secret)


def _place(request: ModuleRequest) -> str:
    """Where a module was found: what a namespace's password opened is known to that namespace only."""
    return f"{request.url} {request.sha256} {_secret_key(request) if request.secret else ''}"

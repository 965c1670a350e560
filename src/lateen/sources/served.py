"""Which kinds a server serves, and in which version: some may be installed later, or go."""

import asyncio
import logging
import random
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import aiohttp

from lateen.base.clock import Clock
from lateen.base.errors import LateenError
from lateen.base.tasks import cancel, spawn
from lateen.kinds.spec import KindSpec
from lateen.sources.api_error import ApiError
from lateen.sources.client import Client

_log = logging.getLogger(__name__)

SLOWEST = 60.0
"""Seconds between two looks for a kind whose definition is there, but which is not served yet."""
SETTLES = 1.0
"""Seconds that a server may take until its discovery says what its paths answer."""


class Serving(Protocol):
    """Says whether a kind is served."""

    async def version(self, kind: KindSpec) -> str:
        """Return the version to speak to the server in; "" when it does not serve the kind."""
        ...

    def missed(self, kind: KindSpec) -> None:
        """Take note that the server answered 404 where the kind should be."""
        ...

    async def changed(self, kind: KindSpec) -> None:
        """Wait until a kind that is not served may be."""
        ...


class Always:
    """Takes every kind for served in its preferred version; one that is not is tried again every `wait` seconds."""

    def __init__(self, clock: Clock, wait: float) -> None:
        self._clock, self._wait = clock, wait
        self._missed: set[KindSpec] = set()

    async def version(self, kind: KindSpec) -> str:
        """Return the preferred version, unless it was missed just now."""
        return "" if kind in self._missed else kind.versions[0]

    def missed(self, kind: KindSpec) -> None:
        """Remember it until `changed`."""
        self._missed.add(kind)

    async def changed(self, kind: KindSpec) -> None:
        """Wait a while."""
        await self._clock.sleep(self._wait)
        self._missed.discard(kind)


class Catalog:
    """What a server's discovery says of some `kinds`, kept up to date by `run`.

    A look costs a request per group, and happens at the start, when `look` was called (a definition came, changed or
    went), and again after a pause that doubles, as long as a kind whose group has definitions is not served.
    """

    def __init__(self, client: Client, kinds: Iterable[KindSpec], clock: Clock) -> None:
        self._client, self._clock = client, clock
        self.kinds = tuple(kinds)
        self._versions: dict[KindSpec, str] = {}
        self._known = asyncio.Event()
        self._look = asyncio.Event()
        self._doubted = False
        self._news = asyncio.Condition()
        self._expected: frozenset[str] = frozenset()

    @property
    def versions(self) -> Mapping[KindSpec, str]:
        """The kinds that are served, with the version they are read in."""
        return self._versions

    async def version(self, kind: KindSpec) -> str:
        """Return the first of the kind's versions that the server serves; waits for the first look."""
        await self._known.wait()
        return self._versions.get(kind, "")

    def missed(self, kind: KindSpec) -> None:
        """Take the kind for not served until a look says so again."""
        if self._versions.pop(kind, None):
            self._doubted = True
            self._look.set()

    async def changed(self, kind: KindSpec) -> None:
        """Wait until the kind is served."""
        async with self._news:
            await self._news.wait_for(lambda: kind in self._versions)

    def expect(self, resources: Iterable[str]) -> None:
        """Take note of the definitions that there are now (as `virtualservices.networking.istio.io`), and look."""
        self._expected = frozenset(resources)
        self._look.set()

    async def run(self) -> None:
        """Keep up to date until cancelled."""
        self._look.set()
        failures = 0
        while True:
            await self._woken(failures)
            if self._doubted:  # what discovery says may be as old as what it said before
                await self._clock.sleep(SETTLES)
            self._doubted = False
            self._look.clear()
            try:
                await self._read()
                failures = failures + 1 if self._awaited() else 0
            except (ApiError, LateenError, aiohttp.ClientError, OSError, TimeoutError) as error:
                failures += 1
                if failures == 5:
                    _log.warning("cannot ask %s what it serves (trying on): %s", self._client.url, error)

    async def _woken(self, failures: int) -> None:
        """Wait for a call to look, or, while something is amiss, for a pause of 0.1 s doubling up to a minute."""
        if not failures:
            await self._look.wait()
            return
        pause = min(SLOWEST, 0.1 * 2 ** min(failures, 10)) * random.uniform(0.8, 1.2)  # noqa: S311
        waits = spawn(self._look.wait(), name="a call to look"), spawn(self._clock.sleep(pause), name="a pause")
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await cancel(*waits)

    def _awaited(self) -> bool:
        return any(kind.resource in self._expected and kind not in self._versions for kind in self.kinds)

    async def _read(self) -> None:
        groups = {kind.group for kind in self.kinds}
        found: dict[str, set[str]] = {"": {"v1"}}
        for each in (await self._client.request("GET", "/apis"))["groups"]:
            if each["name"] in groups:
                found[each["name"]] = {version["version"] for version in each["versions"]}
        wanted = {(kind.group, version) for kind in self.kinds for version in kind.versions}
        served = [(group, version) for group, version in sorted(wanted) if version in found.get(group, ())]
        resources = {place: await self._resources(*place) for place in served}
        versions = {kind: _version(kind, resources) for kind in self.kinds}
        await self._tell({kind: version for kind, version in versions.items() if version})

    async def _resources(self, group: str, version: str) -> frozenset[str]:
        path = f"/apis/{group}/{version}" if group else f"/api/{version}"
        try:
            answer: dict[str, Any] = await self._client.request("GET", path)
        except ApiError as error:
            if error.code != 404:
                raise
            return frozenset()  # it went between the two questions
        return frozenset(each["name"] for each in answer.get("resources") or ())

    async def _tell(self, versions: dict[KindSpec, str]) -> None:
        for kind in self.kinds:
            if versions.get(kind) != self._versions.get(kind) and self._known.is_set():
                _log.info("%s: %s", kind.resource, f"served as {versions[kind]}" if kind in versions else "gone")
        self._versions = versions
        self._known.set()
        async with self._news:
            self._news.notify_all()


def _version(kind: KindSpec, resources: Mapping[tuple[str, str], frozenset[str]]) -> str:
    """The first version, in the kind's order of preference, in which the server serves the kind."""
    return next((v for v in kind.versions if kind.plural in resources.get((kind.group, v), ())), "")

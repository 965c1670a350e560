"""Elect one writer among several processes by a Lease, in the way of Kubernetes' own controllers.

https://kubernetes.io/docs/concepts/architecture/leases/#leader-election

No clock is compared with another machine's: a lease counts as abandoned when it has not changed for its duration, as
seen from here. Whoever leads stops before that: when the lease could not be renewed for `DEADLINE` seconds.
"""

import asyncio
import logging
import random
from datetime import UTC, datetime
from typing import Any

import aiohttp
import msgspec

from lateen.base.clock import Clock
from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.kinds.core import lease
from lateen.kinds.spec import KindSpec
from lateen.sources.api_error import ApiError
from lateen.sources.client import Client

_log = logging.getLogger(__name__)

LEASE: KindSpec = lease.SPEC
DURATION = 15
DEADLINE = 10.0
RETRY = 2.0
"""Seconds: how long a lease holds, how long a leader tries to renew it, and between two tries."""

Raw = dict[str, Any]


class Elector:
    """Runs for one lease under one name; `leading` is true only while nobody else can be."""

    def __init__(self, client: Client, key: Key, identity: str, clock: Clock) -> None:
        """`identity` is unique to this process: two of one name would both lead."""
        self._client, self._key, self._identity, self._clock = client, key, identity, clock
        self._renewed = float("-inf")
        self._seen: Raw = {}
        self._seen_at = float("-inf")
        self._won = asyncio.Event()
        self._was = False

    @property
    def leading(self) -> bool:
        """Whether this process holds the lease, and renewed it lately."""
        return self._clock.monotonic() - self._renewed < DEADLINE

    @property
    def holder(self) -> str:
        """Who holds the lease, as far as is known; "" = nobody."""
        return str(self._seen.get("holderIdentity") or "")

    async def won(self) -> None:
        """Wait until this process leads."""
        while not self.leading:
            self._won.clear()
            await self._won.wait()

    async def run(self) -> None:
        """Try to lead, and to stay it, until cancelled; then give the lease back."""
        try:
            while True:
                await self._try()
                await self._clock.sleep(RETRY * random.uniform(1.0, 1.2))  # noqa: S311 (jitter)
        finally:
            await self._release()

    async def _try(self) -> None:
        before = self._clock.monotonic()
        try:
            async with asyncio.timeout(DEADLINE / 2):
                held = await self._acquire()
        except (ApiError, LateenError, aiohttp.ClientError, OSError, TimeoutError, msgspec.DecodeError) as error:
            _log.info("lease %s: %s", self._key, error or "no answer")
            held = False
        if held:
            self._renewed = before  # it was asked for then: an answer that took long makes it no younger
            self._won.set()
        if self.leading is not self._was:
            self._was = self.leading
            _log.info("%s %s", self._identity, "leads" if self.leading else "leads no more")

    async def _acquire(self) -> bool:
        """Take or renew the lease; False when another holds it, or was faster."""
        try:
            found = await self._client.get(LEASE, self._key)
        except ApiError as error:
            if error.code != 404:
                raise
            return await self._write(self._client.create, {"metadata": self._key._asdict()}, {})
        spec = found.get("spec") or {}
        if spec != self._seen:
            self._seen, self._seen_at = spec, self._clock.monotonic()
        if spec.get("holderIdentity") not in ("", None, self._identity) and self._held(spec):
            self._renewed = float("-inf")
            return False
        return await self._write(self._client.replace, found, spec)

    def _held(self, spec: Raw) -> bool:
        return self._clock.monotonic() < self._seen_at + (spec.get("leaseDurationSeconds") or DURATION)

    async def _write(self, write: Any, found: Raw, spec: Raw) -> bool:
        now, mine = _micro(self._clock.now()), spec.get("holderIdentity") == self._identity
        after = {
            "holderIdentity": self._identity,
            "leaseDurationSeconds": DURATION,
            "acquireTime": spec["acquireTime"] if mine and spec.get("acquireTime") else now,
            "renewTime": now,
            "leaseTransitions": int(spec.get("leaseTransitions") or 0) + bool(spec and not mine),
        }
        return await self._put(write, found, after)

    async def _put(self, write: Any, found: Raw, spec: Raw) -> bool:
        """Write the lease as it was found, with another spec; False when it has changed meanwhile (409)."""
        head = {"apiVersion": LEASE.api_versions[0], "kind": LEASE.kind}
        try:
            written = await write(LEASE, head | found | {"spec": spec})
        except ApiError as error:
            if error.code != 409:
                raise
            return False
        self._seen, self._seen_at = written.get("spec") or {}, self._clock.monotonic()
        return True

    async def _release(self) -> None:
        """Let the next one lead at once. What is not ours any more stays as it is."""
        if not self.leading:
            return
        self._renewed = float("-inf")
        try:
            async with asyncio.timeout(RETRY):
                found = await self._client.get(LEASE, self._key)
                spec = found.get("spec") or {}
                if spec.get("holderIdentity") == self._identity:
                    now = _micro(self._clock.now())
                    free = {"holderIdentity": "", "leaseDurationSeconds": 1, "acquireTime": now, "renewTime": now}
                    await self._put(self._client.replace, found, spec | free)
        except (ApiError, LateenError, aiohttp.ClientError, OSError, TimeoutError) as error:
            _log.info("lease %s could not be given back: %s", self._key, error)


def _micro(seconds: float) -> str:
    """Format a time as Kubernetes' MicroTime."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

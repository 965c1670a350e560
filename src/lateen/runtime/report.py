"""Write a pod's status to the API server whenever it differs from the last one written."""

import asyncio
import logging
from collections.abc import Callable

import aiohttp

from lateen.base.clock import Clock
from lateen.base.refs import Key
from lateen.kinds.all import by_kind
from lateen.runtime.pod_status import Json, PodState, pod_status
from lateen.sources.client import ApiError, Client

_log = logging.getLogger(__name__)

RETRY = 1.0


class Report:
    """Reports on the very pod with this uid: one of the same name that comes later is not touched."""

    def __init__(self, client: Client, clock: Clock, pod: Json, state: Callable[[], PodState]) -> None:
        self._client = client
        self._clock = clock
        self._key = Key(pod["metadata"]["namespace"], pod["metadata"]["name"])
        self._uid = pod["metadata"]["uid"]
        self._written: Json = pod.get("status") or {}
        self._state = state
        self._changed = asyncio.Event()
        self._changed.set()

    def changed(self) -> None:
        """Something of the pod is different."""
        self._changed.set()

    async def run(self) -> None:
        """Report until cancelled, or until the object is gone."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            status = pod_status(self._state(), self._written, self._clock.now())
            if status == self._written:
                continue
            try:
                await self._write(status)
            except ApiError as error:
                if error.code in (404, 409):
                    return
                await self._again(error)
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                await self._again(error)

    async def _write(self, status: Json) -> None:
        """A merge; what a former life of the pod left of its addresses is taken back."""
        nothing = {} if "podIP" in status else {"podIP": None, "podIPs": None}
        body = {"metadata": {"uid": self._uid}, "status": status | nothing}
        await self._client.patch(by_kind("Pod"), self._key, body, subresource="status")
        self._written = status

    async def _again(self, error: Exception) -> None:
        _log.warning("the status of pod %s is not written, again in %g s: %s", self._key, RETRY, error)
        await self._clock.sleep(RETRY)
        self._changed.set()

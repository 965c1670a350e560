"""Make what Gateways of the Gateway API need: the leader writes their proxies and services, and writes them again when
a Gateway changes. They go with their Gateway, which owns them."""

import asyncio
import logging
from collections.abc import Mapping

import aiohttp

from lateen.base.clock import Clock
from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.install.gateway import gateway_objects
from lateen.kinds.all import find
from lateen.planner.gateway_api.gateway import KIND, ApiGateway
from lateen.reactive import Collection
from lateen.sources.api_error import ApiError
from lateen.sources.client import Client
from lateen.sources.lease import Elector
from lateen.store.store import Store

MANAGER = "lateen-gateways"
PAUSE = 2.0
"""Seconds until what failed is tried again."""

_log = logging.getLogger(__name__)


class Provisioner:
    """Follows the Gateways of our classes; `run` makes what those need that name no service of their own."""

    def __init__(
        self, store: Store, gateways: Collection[Key, ApiGateway], client: Client, elector: Elector, clock: Clock
    ) -> None:
        self._store, self._gateways = store, gateways
        self._client, self._elector, self._clock = client, elector, clock
        self._due: dict[Key, None] = {}
        self._news = asyncio.Event()
        gateways.subscribe(self._changed)

    def _changed(self, changes: Mapping[Key, ApiGateway | None]) -> None:
        self._due.update(dict.fromkeys(changes))
        self._news.set()

    async def run(self) -> None:
        """Write what is due whenever this process leads, until cancelled."""
        while True:
            await self._news.wait()
            await self._elector.won()
            self._news.clear()
            due, self._due = list(self._due), {}
            failed = [key for key in due if not await self._made(key)]
            if failed:
                await self._clock.sleep(PAUSE)
                self._due.update(dict.fromkeys(failed))
                self._news.set()

    async def _made(self, key: Key) -> bool:
        """Make what a Gateway needs; False if that is to be tried again."""
        gateway, found = self._gateways.get(key), self._store[KIND].get(key)
        if gateway is None or found is None or not gateway.provisioned or gateway.wrong:
            return True
        try:
            for raw in gateway_objects(found, gateway):
                kind = find(raw["apiVersion"], raw["kind"])
                assert kind is not None
                await self._client.apply(kind, raw, MANAGER)
        except ApiError as error:
            _log.warning("the proxies of Gateway %s are not made: %s", key, error)
            # What somebody else has by this name is not taken away.
            return error.code == 409
        except (LateenError, aiohttp.ClientError, OSError, TimeoutError) as error:
            _log.warning("the proxies of Gateway %s are not made (trying on): %s", key, error)
            return False
        return True

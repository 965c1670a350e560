"""Make what Gateways of the Gateway API need: the leader writes their proxies and services, and writes them again when
a Gateway changes. They go with their Gateway, which owns them."""

import logging
from collections.abc import Mapping

import aiohttp

from lateen.app.leading import LeaderWork
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

_log = logging.getLogger(__name__)


class Provisioner:
    """Follows the Gateways of our classes; `run` makes what those need that name no service of their own."""

    def __init__(
        self, store: Store, gateways: Collection[Key, ApiGateway], client: Client, elector: Elector, clock: Clock
    ) -> None:
        self._store, self._gateways = store, gateways
        self._client = client
        self._due: dict[Key, None] = {}
        self._work = LeaderWork(elector, clock)
        gateways.subscribe(self._changed)

    def _changed(self, changes: Mapping[Key, ApiGateway | None]) -> None:
        self._due.update(dict.fromkeys(changes))
        self._work.wake()

    async def run(self) -> None:
        """Write what is due whenever this process leads, until cancelled."""
        await self._work.run(self._write)

    async def _write(self) -> bool:
        due, self._due = list(self._due), {}
        failed = [key for key in due if not await self._made(key)]
        self._due.update(dict.fromkeys(failed))
        return not failed

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

"""Put the roots that the control plane's webhooks are known by into their configurations, and have faults refused from
then on: before, a webhook that nobody can call must not stop a cluster."""

import base64
import logging
from typing import Any

import aiohttp

from lateen.app.leading import LeaderWork
from lateen.app.trusted_roots import TrustedRoots
from lateen.base.clock import Clock
from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn
from lateen.kinds.spec import KindSpec
from lateen.sources.api_error import ApiError
from lateen.sources.client import Client
from lateen.sources.informer import Delete, Event, Put, follow
from lateen.sources.lease import Elector
from lateen.sources.urls import object_url
from lateen.sources.webhook_kinds import MUTATING, VALIDATING

Json = dict[str, Any]

_log = logging.getLogger(__name__)


def patch_of(configuration: Json, bundle: str, fail: bool) -> list[Json]:
    """Return the JSON Patch that gives every webhook of a configuration the `bundle` (base64), and with `fail` has them
    refuse what they cannot be asked about; [] where nothing is to be changed."""
    patch: list[Json] = []
    for number, hook in enumerate(configuration.get("webhooks") or ()):
        at = f"/webhooks/{number}"
        if (hook.get("clientConfig") or {}).get("caBundle") != bundle:
            patch.append({"op": "add", "path": f"{at}/clientConfig/caBundle", "value": bundle})
        if fail and hook.get("failurePolicy") != "Fail":
            patch.append({"op": "add", "path": f"{at}/failurePolicy", "value": "Fail"})
    if patch:
        # Whoever changed the list meanwhile made other positions of it: then this is tried again.
        version = (configuration.get("metadata") or {}).get("resourceVersion", "")
        patch.insert(0, {"op": "test", "path": "/metadata/resourceVersion", "value": version})
    return patch


class WebhookBundles:
    """Keeps the configurations of one revision; `run` lasts until it is cancelled."""

    def __init__(self, client: Client, roots: TrustedRoots, revision: str, elector: Elector, clock: Clock) -> None:
        self._client, self._roots, self._clock = client, roots, clock
        self._selector = f"istio.io/rev={revision or 'default'}"
        self._known: dict[tuple[KindSpec, Key], Json] = {}
        self._work = LeaderWork(elector, clock)

    async def run(self) -> None:
        """Follow the configurations, and write what is missing whenever this process leads."""
        tasks = [spawn(self._follow(kind), name=f"webhooks: {kind.plural}") for kind in (MUTATING, VALIDATING)]
        self._roots.view.watchers.add(self._work.wake)
        try:
            await self._work.run(self._write)
        finally:
            self._roots.view.watchers.discard(self._work.wake)
            await cancel(*tasks)

    async def _write(self) -> bool:
        return all([await self._written(*one) for one in list(self._known)])

    async def _follow(self, kind: KindSpec) -> None:
        def take(event: Event) -> None:
            match event:
                case Put(key, found, _):
                    self._known[kind, key] = found
                    self._work.wake()
                case Delete(key):
                    self._known.pop((kind, key), None)

        await follow(self._client, kind, take, label_selector=self._selector, clock=self._clock)

    async def _written(self, kind: KindSpec, key: Key) -> bool:
        """Write one; False if that is to be tried again."""
        bundle = base64.b64encode(self._roots.current().pem).decode()
        patch = patch_of(self._known[kind, key], bundle, fail=kind is VALIDATING)
        if not patch:
            return True
        try:
            await self._client.patch(kind, key, patch, "json")
        except ApiError as error:
            # Gone, or another version by now, of which we are told.
            if error.code in (404, 409, 422):
                return True
            _log.warning("%s (trying on): %s", object_url(kind, key), error)
            return False
        except (LateenError, aiohttp.ClientError, OSError, TimeoutError) as error:
            _log.warning("%s (trying on): %s", object_url(kind, key), error or "no answer")
            return False
        _log.info("%s knows the roots of now", key.name)
        return True

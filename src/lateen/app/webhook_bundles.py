"""Put the roots that the control plane's webhooks are known by into their configurations, and have faults refused from
then on: before, a webhook that nobody can call must not stop a cluster."""

import base64
import logging
from collections.abc import Callable
from typing import Any

import aiohttp

from lateen.base.clock import Clock
from lateen.base.errors import LateenError
from lateen.sources.api_error import ApiError
from lateen.sources.client import Client
from lateen.sources.lease import Elector

Json = dict[str, Any]

_API = "/apis/admissionregistration.k8s.io/v1"
_MUTATING, _VALIDATING = "mutatingwebhookconfigurations", "validatingwebhookconfigurations"
LOOK = 2.0
"""Seconds between two looks: these objects change with installations."""

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
        # Whoever changed the list meanwhile makes the positions others: then this is tried again.
        version = (configuration.get("metadata") or {}).get("resourceVersion", "")
        patch.insert(0, {"op": "test", "path": "/metadata/resourceVersion", "value": version})
    return patch


class WebhookBundles:
    """Keeps the configurations of one revision; `run` lasts until it is cancelled."""

    def __init__(
        self, client: Client, roots: Callable[[], bytes], revision: str, elector: Elector, clock: Clock
    ) -> None:
        """`roots`: PEM."""
        self._client, self._roots, self._elector, self._clock = client, roots, elector, clock
        self._selector = f"istio.io/rev={revision or 'default'}"

    async def run(self) -> None:
        """Look, and write what is missing, whenever this process leads."""
        while True:
            await self._elector.won()
            try:
                await self._look()
            except (ApiError, LateenError, aiohttp.ClientError, OSError, TimeoutError) as error:
                _log.warning("webhooks: %s", error or "no answer")
            await self._clock.sleep(LOOK)

    async def _look(self) -> None:
        bundle = base64.b64encode(self._roots()).decode()
        for plural in (_MUTATING, _VALIDATING):
            listed = await self._client.request("GET", f"{_API}/{plural}", query={"labelSelector": self._selector})
            for one in listed["items"]:
                if patch := patch_of(one, bundle, fail=plural == _VALIDATING):
                    await self._patch(f"{_API}/{plural}/{one['metadata']['name']}", patch)

    async def _patch(self, path: str, patch: list[Json]) -> None:
        try:
            await self._client.request("PATCH", path, body=patch, content_type="application/json-patch+json")
        except ApiError as error:
            if error.code not in (404, 409, 422):
                raise
        else:
            _log.info("%s knows the roots of now", path.rpartition("/")[2])

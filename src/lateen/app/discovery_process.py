"""The control plane of a cluster as a process: one of several replicas, of which the Lease's holder writes."""

import asyncio
import logging
import signal
import sys
from collections.abc import Coroutine, Mapping
from typing import Any

from lateen.app.admissions import Admissions
from lateen.app.authority_secret import AuthoritySecret
from lateen.app.control_plane import ControlPlane, Places
from lateen.app.discovery_settings import PRIVATE, DiscoverySettings
from lateen.app.memory import tune_garbage_collection
from lateen.app.root_config_maps import RootConfigMaps
from lateen.app.webhook_bundles import WebhookBundles
from lateen.base.clock import SystemClock
from lateen.base.tasks import cancel, spawn
from lateen.server.grpc_server import Endpoint
from lateen.server.monitoring import MonitoringServer, ReadyServer
from lateen.server.pki_files import stamp
from lateen.server.webhooks import Review, WebhookServer
from lateen.sources.client import Client
from lateen.sources.kubeconfig import in_cluster

PROXY_PORT, TOKEN_PORT, WEBHOOK_PORT = 15012, 15013, 15017
LEAVING = 2.0
"""Seconds between "not ready" and the end: long enough for others to hear that this replica is no endpoint any more."""

_log = logging.getLogger(__name__)


async def run_discovery(env: Mapping[str, str]) -> None:
    """Run until told to stop. `env`: the container's variables. Raises LateenError."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stdout)
    tune_garbage_collection()
    settings = DiscoverySettings.load(env)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with Client.from_access(in_cluster(*settings.api), user_agent="lateen-istiod") as client:
        await Discovery(client, settings).run(stop)


class Discovery:
    """One replica: the control plane, and what belongs to it on Kubernetes."""

    def __init__(self, client: Client, settings: DiscoverySettings) -> None:
        self._client, self._settings, self._clock = client, settings, SystemClock()
        plugged_in = bool(stamp(settings.authority))
        self._pki = settings.authority if plugged_in else settings.state / "pki"
        self._secret = None if plugged_in else AuthoritySecret(
            client, settings.namespace, self._pki, settings.trust_domain, self._clock
        )  # fmt: skip
        self._leaving = False

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set; then say that it is not ready, and go when others know."""
        if self._secret is not None:
            await self._secret.settle()
        plane = ControlPlane(self._client, self._places(), self._clock)
        ready = ReadyServer(lambda: "leaving" if self._leaving else plane.starting())
        monitoring = MonitoringServer(plane.windows_app())
        webhooks = WebhookServer(self._reviews(plane), plane.certificate, WEBHOOK_PORT)
        stopping = spawn(stop.wait(), name="stop")
        tasks = [spawn(part, name=name) for name, part in self._parts(plane).items()]
        try:
            for server in (ready, monitoring, webhooks):
                await server.start()
            await asyncio.wait({*tasks, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if stopping.done():
                self._leaving = True
                await self._clock.sleep(LEAVING)
            for ended in (one for one in tasks if one.done()):
                ended.result()
        finally:
            await cancel(*tasks, stopping)
            for server in (webhooks, monitoring, ready):
                await server.stop()

    def _parts(self, plane: ControlPlane) -> dict[str, Coroutine[Any, Any, Any]]:
        roots, clock = plane.trusted, self._clock
        parts: dict[str, Coroutine[Any, Any, Any]] = {
            "control plane": plane.run(),
            "roots": RootConfigMaps(self._client, roots, plane.elector, clock).run(),
            "webhooks": WebhookBundles(self._client, roots, self._settings.revision, plane.elector, clock).run(),
        }
        return parts | ({"authority": self._secret.run()} if self._secret is not None else {})

    def _reviews(self, plane: ControlPlane) -> dict[str, Review]:
        settings = self._settings
        store, membership = plane.pipeline.store, plane.source.membership
        native = settings.native_sidecars
        admissions = Admissions(self._client, store, membership, settings.revision, settings.namespace, native)
        return {"/inject": admissions.inject, "/validate": admissions.validate}

    def _places(self) -> Places:
        settings = self._settings
        return Places(
            pki=self._pki,
            modules=settings.state / "modules",
            debug_socket=settings.state / "istiod.sock",
            endpoints=(Endpoint(f"[::]:{PROXY_PORT}", mutual=True), Endpoint(f"[::]:{TOKEN_PORT}", mutual=False)),
            trust_domain=settings.trust_domain,
            revision=settings.revision,
            replica=settings.pod,
            cluster_id=settings.cluster_id,
            names=settings.dns_names,
            inside=PRIVATE,
            allowed=settings.fetch_allow,
            several_authorizers=settings.several_authorizers,
            certificates=settings.certificates,
        )

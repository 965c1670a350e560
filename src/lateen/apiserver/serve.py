"""Run the API server on listening sockets until told to stop."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aiohttp import web

from lateen.apiserver.addresses import Addresses
from lateen.apiserver.admission import Admission, living_namespace, node_name, service_account
from lateen.apiserver.aggregation import aggregate
from lateen.apiserver.authentication import Authenticator
from lateen.apiserver.authorization import Authorizer
from lateen.apiserver.collector import Collector
from lateen.apiserver.credentials import Credentials
from lateen.apiserver.escalation import Escalation
from lateen.apiserver.feed import Feed
from lateen.apiserver.follower import Follower, Work
from lateen.apiserver.grants import CLUSTER_ROLES, Grants
from lateen.apiserver.http import Parts, make_app
from lateen.apiserver.kubelet_link import KubeletLink
from lateen.apiserver.objects import Objects
from lateen.apiserver.own_service import OwnService
from lateen.apiserver.root_certificates import RootCertificates
from lateen.apiserver.seed import seed
from lateen.apiserver.signing import Approver, requested
from lateen.apiserver.storage import HISTORY, Storage
from lateen.base.clock import Clock, SystemClock
from lateen.base.tasks import cancel, spawn

_DRAIN_SECONDS = 2.0


@dataclass(frozen=True)
class ApiServerSettings:
    """What an API server needs to know.

    `database`: its SQLite file. `node`: where pods are scheduled to ("" = nowhere). `kubelet_socket`: the node's unix
    socket, None without a node. `admissions` run, in order, behind the built-in ones. `history`: how many revisions
    a watch can resume behind. `advertise`: address and port at which pods reach it, None: no pods run here. Then
    it keeps the way there, and its CA, which pods mount, in every namespace (on Kubernetes a controller does).
    `signer`: for which one the control plane may approve requests for certificates ("" = for none).
    """

    database: Path
    credentials: Credentials
    node: str = ""
    kubelet_socket: Path | None = None
    admissions: tuple[Admission, ...] = ()
    history: int = HISTORY
    advertise: tuple[str, int] | None = None
    signer: str = ""


@dataclass(frozen=True)
class Endpoint:
    """A listening socket, and the TLS it speaks; None = plain HTTP, for a socket that only its owner reaches."""

    socket: socket.socket
    tls: ssl.SSLContext | None = None


@asynccontextmanager
async def apiserver(
    settings: ApiServerSettings, endpoints: Sequence[Endpoint], *, clock: Clock | None = None
) -> AsyncIterator[Objects]:
    """Serve while the block runs; yields the objects themselves. Raises LateenError when the database is unusable."""
    clock = clock or SystemClock()
    settings.database.parent.mkdir(parents=True, exist_ok=True)
    storage = Storage(settings.database, history=settings.history, clock=clock)
    try:
        authorizer = Authorizer(Grants(storage))
        objects = _objects(settings, storage, authorizer, clock)
        follower = Follower(storage, _works(settings, objects))
        follower.catch_up()
        collector = Collector(objects, clock)
        kubelet = KubeletLink(settings.kubelet_socket)
        feed = Feed(storage)
        credentials = settings.credentials
        authenticator = Authenticator(credentials.users(), credentials.token_key, objects.find, clock=clock)
        approver = Approver(authorizer, credentials.authority, clock)
        parts = Parts(objects, feed, authenticator, authorizer, credentials.token_key, approver, kubelet, clock)
        app = make_app(parts)
        runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=_DRAIN_SECONDS, keepalive_timeout=600
        )
        await runner.setup()
        tasks = [
            spawn(collector.run(), name="apiserver collector"),
            spawn(follower.run(), name="apiserver follower"),
        ]
        try:
            for endpoint in endpoints:
                await web.SockSite(runner, endpoint.socket, ssl_context=endpoint.tls).start()
            yield objects
        finally:
            await cancel(*tasks)
            feed.close()  # open watches end at once, and their clients come again
            await runner.cleanup()
            await kubelet.close()
    finally:
        storage.close()


async def run_apiserver(
    settings: ApiServerSettings, endpoints: Sequence[Endpoint], *, stop: asyncio.Event | None = None
) -> None:
    """Serve until `stop` is set (or the task is cancelled)."""
    async with apiserver(settings, endpoints):
        await (stop or asyncio.Event()).wait()


def _works(settings: ApiServerSettings, objects: Objects) -> dict[str, Work]:
    """What is done behind changes."""
    works: dict[str, Work] = {CLUSTER_ROLES: partial(aggregate, objects)}
    if settings.advertise:
        works |= OwnService(objects, *settings.advertise).works()
        works |= RootCertificates(objects, settings.credentials.ca_file.read_text()).works()
    return works


def _objects(settings: ApiServerSettings, storage: Storage, authorizer: Authorizer, clock: Clock) -> Objects:
    schedule = (node_name(settings.node),) if settings.node else ()
    addresses = Addresses(storage)
    built_in: tuple[Admission, ...] = (living_namespace, service_account, *schedule, addresses.admit)
    guards = (Escalation(authorizer).guard, requested)
    admissions = (*built_in, *settings.admissions, *((service_account,) if settings.admissions else ()))
    objects = Objects(storage, admissions, guards=guards, clock=clock)
    seed(objects, settings.signer)
    return objects

"""One machine as a node: API server and control plane as children; controllers, kubelet, DNS and services here."""

import asyncio
import logging
import os
import socket
from collections.abc import Coroutine, Sequence
from importlib.resources import files
from typing import Any

import aiohttp

from lateen.app.settings import Settings, child_environment
from lateen.base.clock import SystemClock
from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn, until
from lateen.kinds.all import by_kind
from lateen.kinds.decode import decode
from lateen.kinds.documents import load
from lateen.node.agent import Agent
from lateen.node.agent_settings import AgentSettings, TokenFor, WorkloadRef
from lateen.proto.descriptors import envoy_binary
from lateen.runtime.api_process import NODE_NAME, prepare_api
from lateen.runtime.children import Child, Program
from lateen.runtime.controllers import CONTROLLERS, KINDS
from lateen.runtime.controllers.controller import run_controllers
from lateen.runtime.dns import DnsServer
from lateen.runtime.events import Events
from lateen.runtime.external_ca import external_ca
from lateen.runtime.feeds import NetworkFeed, endpoint_of
from lateen.runtime.kubelet import Kubelet
from lateen.runtime.kubelet_api import serve_kubelet
from lateen.runtime.leftovers import Journal
from lateen.runtime.logs import Clerk
from lateen.runtime.machine import Json, Machine
from lateen.runtime.mirror import Mirror
from lateen.runtime.network import DNS_IP, POD_GATEWAY, Network
from lateen.runtime.node_api import serve_node
from lateen.runtime.proxy import Proxies, ProxySettings
from lateen.runtime.publish import Publication
from lateen.runtime.resolvers import machine_resolvers
from lateen.runtime.sandbox import Sandboxes
from lateen.runtime.services import ServiceRules
from lateen.runtime.zone import Zone
from lateen.server.auth import CA_AUDIENCE
from lateen.server.pki_files import open_authority
from lateen.sources.client import ApiError, Client

CA_PORT = 15013
GATEWAY = Key("istio-system", "istio-ingressgateway")
START_SECONDS = 60.0

_log = logging.getLogger(__name__)


class Node:
    """The mesh on this machine, from `run` to `stop`. `sockets`: the API server's, already listening."""

    def __init__(
        self, settings: Settings, network: Network, journal: Journal, sockets: Sequence[socket.socket],
        published: Sequence[tuple[int, int]],
    ) -> None:  # fmt: skip
        self.settings = settings
        self.network = network
        self.journal = journal
        self.agent: Agent | None = None
        self.error = ""
        self.ready = asyncio.Event()
        self._published = published
        self._clock = SystemClock()
        self._stopped = asyncio.Event()
        self._tasks: list[asyncio.Task[Any]] = []
        self._clients: list[Client] = []
        fds = [each.fileno() for each in sockets]
        self._sockets = sockets
        base = ("--mesh", settings.mesh, "internal")
        api = Program("apiserver", (*base, "apiserver", *(f"--fd={fd}" for fd in fds)), fds)
        self.children = [self._child(api), self._child(Program("istiod", (*base, "istiod")))]

    def stop(self) -> None:
        """Have `run` end in order."""
        self._stopped.set()

    def status(self) -> dict[str, Any]:
        """Say how far it is: JSON."""
        processes = {"node": os.getpid()} | {child.program.name: child.pid for child in self.children}
        return {
            "mesh": self.settings.mesh,
            "ready": self.ready.is_set(),
            "error": self.error,
            "processes": processes,
        }

    async def run(self) -> None:
        """Start everything, wait for `stop`, end everything."""
        window = await serve_node(self, self.settings.node_socket)
        sandboxes = await Sandboxes.start(self.settings.run / "sandboxes")
        try:
            prepare_api(self.settings, self._sockets[0].getsockname()[1])
            open_authority(self.settings.pki / "mesh", "cluster.local", self._clock)
            for child in self.children:
                child.start()
            await self._start(sandboxes)
            self.ready.set()
            await self._stopped.wait()
        except (LateenError, TimeoutError) as error:
            self.error = str(error)
            _log.exception("the mesh does not come up")
            await self._stopped.wait()
        finally:
            await self._end(sandboxes)
            await window.cleanup()

    async def _start(self, sandboxes: Sandboxes) -> None:
        client = self._client("node")
        await self._api_answers(client)
        await self._create_profile()
        acting = self._client("controllers")
        tidings = Events(acting, self._clock, NODE_NAME)
        self._begin("events of the controllers", tidings.run())
        mirror = Mirror(acting, KINDS, self._clock, tidings.teller("controller-manager"))
        machine = self._machine(client, sandboxes, mirror)
        kubelet = Kubelet(machine)
        self._kubelet_window = await serve_kubelet(kubelet, machine, self.settings.kubelet_socket)
        await self._serve_network(mirror)
        self._begin("controllers", run_controllers(CONTROLLERS, mirror))
        self._begin("kubelet", kubelet.run())
        await until(self.settings.istiod_socket.exists, seconds=START_SECONDS, what="the control plane")

    async def _serve_network(self, mirror: Mirror) -> None:
        """Names, service addresses, and the gateway's ports on this machine."""
        names = DnsServer(Zone.of(), machine_resolvers(self.network.host))
        await names.start(self.network.path, DNS_IP)
        self._begin("network feed", NetworkFeed(mirror, ServiceRules(self.network.path), names).run())
        for host_port, port in self._published:
            target = endpoint_of(mirror, GATEWAY, port)
            await Publication.open(self.network.host, self.network.path, host_port, target)

    def _machine(self, client: Client, sandboxes: Sandboxes, mirror: Mirror) -> Machine:
        roots = (self.settings.pki / "mesh" / "root-cert.pem").read_bytes()

        def tokens(audience: str) -> TokenFor:
            async def token_for(workload: WorkloadRef) -> str:
                pod = {
                    "metadata": {"namespace": workload.namespace, "name": workload.pod, "uid": workload.uid},
                    "spec": {"serviceAccountName": workload.service_account},
                }
                return await machine.token(pod, audience, 3600)

            return token_for

        async def services(namespace: str) -> list[Json]:
            await mirror.synced()
            return mirror.within("Service", namespace)

        tidings = Events(client, self._clock, NODE_NAME)
        self._begin("events of the node", tidings.run())
        outside = external_ca(self.settings, roots, tokens(self.settings.ca_audience or CA_AUDIENCE))
        self.agent = Agent(
            f"{POD_GATEWAY}:{CA_PORT}", roots, tokens(CA_AUDIENCE), self._clock, AgentSettings(external=outside)
        )
        of_proxies = ProxySettings(envoy=envoy_binary(), concurrency=1, patches=self._bootstrap_patches)
        self._proxies = Proxies(self.agent, of_proxies)
        machine = Machine(
            node=NODE_NAME, ip=POD_GATEWAY, client=client, network=self.network, sandboxes=sandboxes,
            proxies=self._proxies, clock=self._clock,
            run=self.settings.run, logs=self.settings.logs, clerk=Clerk(self._clock), drained=self._drained,
            relabelled=self._relabelled, tell=tidings.teller("kubelet"), services=services,
        )  # fmt: skip
        return machine

    async def _drained(self, pod: Json) -> None:
        """Wait until no proxy sends to the pod any more, as the control plane says; it may be away."""
        if address := pod.get("status", {}).get("podIP"):
            await self._ask_istiod(f"/debug/gone?address={address}", f"whether {address} is still sent to")

    async def _relabelled(self, pod: Json) -> None:
        """Have the pod's certificate made anew once the control plane knows its labels, which are part of it."""
        meta = pod["metadata"]
        path = f"/debug/caught-up?kind=Pod&version={meta['resourceVersion']}"
        await self._ask_istiod(path, f"whether the labels of pod {meta['namespace']}/{meta['name']} are known")
        self._proxies.renew(meta["uid"])

    async def _bootstrap_patches(self, node: Json) -> list[Json]:
        answer = await self._ask_istiod("/debug/bootstrap", "how bootstraps are patched", node)
        return answer if isinstance(answer, list) else []

    async def _ask_istiod(self, path: str, question: str, told: Json | None = None) -> Any:
        """Ask the control plane; None when it does not answer, which is logged."""
        connector = aiohttp.UnixConnector(str(self.settings.istiod_socket))
        try:
            async with (
                aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=6)) as http,
                http.request("GET" if told is None else "POST", f"http://istiod{path}", json=told) as answer,
            ):
                return await answer.json()
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            _log.warning("nobody says %s: %s", question, error)
            return None

    async def _api_answers(self, client: Client) -> None:
        answered = asyncio.Event()

        async def knock() -> None:
            while not answered.is_set():
                try:
                    await client.request("GET", "/readyz")
                    answered.set()
                except (ApiError, aiohttp.ClientError, OSError, TimeoutError):
                    await self._clock.sleep(0.03)

        try:
            async with asyncio.timeout(START_SECONDS):
                await knock()
        except TimeoutError:
            raise LateenError("the API server does not answer", f"see {self.settings.logs / 'apiserver.log'}") from None

    async def _create_profile(self) -> None:
        """Make what a new mesh has; what is there already stays as its owner changed it."""
        text = files("lateen.runtime").joinpath("profiles/default.yaml").read_text()
        admin = self._client("admin")
        fresh = not (await admin.list(by_kind("ConfigMap"), "istio-system", field_selector="metadata.name=istio")).items
        for document in load(text, "profiles/default.yaml"):
            found = decode(document.raw)
            try:
                await admin.create(found.spec, found.raw)
            except ApiError as error:
                if error.code != 409:
                    raise
                if fresh:
                    await admin.patch(found.spec, found.key, found.raw)

    def _client(self, role: str) -> Client:
        """The API as a part of the mesh sees it, with that part's rights."""
        client = Client.from_kubeconfig(self.settings.inner_kubeconfig(role), user_agent=f"lateen-{role}")
        self._clients.append(client)
        return client

    def _begin(self, name: str, coroutine: Coroutine[Any, Any, Any]) -> None:
        self._tasks.append(spawn(coroutine, name=name))

    def _child(self, program: Program) -> Child:
        log = self.settings.logs / f"{program.name}.log"
        return Child(program, log, child_environment(), self.journal, self._clock)

    async def _end(self, sandboxes: Sandboxes) -> None:
        await cancel(*self._tasks)
        await sandboxes.close()
        for child in reversed(self.children):
            await child.stop()
        if self.agent is not None:
            await self.agent.close()
        for client in self._clients:
            await client.close()

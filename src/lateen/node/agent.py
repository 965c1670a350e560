"""Give every workload of this machine an identity, whose key never leaves, and the names of the mesh."""

import asyncio
import logging
from pathlib import Path
from typing import Any, NamedTuple

from lateen.base.clock import Clock
from lateen.base.errors import LateenError
from lateen.base.spiffe import Identity
from lateen.base.tasks import cancel, spawn
from lateen.identity.trust import TrustBundle
from lateen.node.agent_settings import AgentSettings, ExternalCa, TokenFor, WorkloadRef
from lateen.node.ca_client import CaClient, Issued
from lateen.node.dns_proxy import DnsProxy, DnsSettings
from lateen.node.feed import Feed, Speaker
from lateen.node.lifetimes import Lifetimes
from lateen.node.renewal import Renewal
from lateen.node.rotation import Rotation
from lateen.node.sds import SdsServer
from lateen.node.secret_resources import ROOTS, roots_secret
from lateen.node.workload_server import WorkloadServer, renew
from lateen.proto import trusted_roots
from lateen.xds.subscriber import Changes
from lateen.xds.view import View

_log = logging.getLogger(__name__)


class Agent:
    """Serves the secrets of many workloads, each on a socket of its own.

    One agent runs per machine. A process that also starts children sets GRPC_ENABLE_FORK_SUPPORT=0 before
    gRPC is imported: children exec at once, and gRPC's fork handlers only get in the way.
    """

    def __init__(
        self,
        ca_address: str,
        ca_roots: bytes,
        token_for: TokenFor,
        clock: Clock,
        settings: AgentSettings | None = None,
    ) -> None:
        """`ca_roots` (PEM) are trusted until the authority, or `trust`, names others; beside those that an external
        authority names, for they are the control plane's.

        `token_for` returns a pod-bound service account token for the authority; it may raise LateenError
        and is asked again later.
        """
        self._settings = settings or AgentSettings()
        self._trust = TrustBundle.parse(ca_roots)
        self._client = CaClient(ca_address, self._settings.ca_name, self._trust)
        self._token_for = token_for
        self._authority = _Authority.of(self._settings.external) or _Authority(self._client, token_for)
        self._first = self._trust
        self._told: TrustBundle | None = None
        self._listening: asyncio.Task[Any] | None = None
        self._speaks: WorkloadRef | None = None
        self._clock = clock
        self._roots = View()
        self._roots.commit({ROOTS: roots_secret(self._trust)})
        self._workloads: dict[str, WorkloadServer] = {}
        self._rotation = Rotation(lambda: self.workloads, lambda: self._trust.revoked, clock, self._settings)

    @property
    def trusted(self) -> TrustBundle:
        """What every Envoy of this machine believes."""
        return self._trust

    @property
    def external(self) -> bool:
        """Whether another authority certifies in place of the control plane."""
        return self._settings.external is not None

    @property
    def workloads(self) -> list[WorkloadServer]:
        """The workloads served now."""
        return list(self._workloads.values())

    async def serve(
        self, workload: WorkloadRef, socket_path: Path, lifetimes: Lifetimes | None = None
    ) -> WorkloadServer:
        """Open the workload's socket and begin to obtain its certificate; Envoy may start at once.

        Envoy's requests are answered when there is a certificate. Raises LateenError when the pod is served
        already or the socket cannot be opened.
        """
        if workload.uid in self._workloads:
            raise LateenError(f"pod {workload.namespace}/{workload.pod} ({workload.uid}) is already served")
        own, lives = View(), lifetimes or Lifetimes(self._settings.ttl)
        sds = SdsServer((self._roots, own), socket_path, self._settings.socket_owner)
        identity = Identity(self._settings.trust_domain, workload.namespace, workload.service_account)

        async def obtain(csr: bytes) -> Issued:
            token = await self._authority.token_for(workload)
            return await self._authority.client.sign(csr, token, lives.ttl)

        renewal = Renewal(identity, obtain, self.trust, own, self._clock, lives)
        await sds.start()
        server = self._workloads[workload.uid] = WorkloadServer(workload, sds, renewal)
        if self._listening is None:
            await self._listen()
        return server

    async def resolve(self, uid: str, settings: DnsSettings) -> DnsProxy:
        """Answer the DNS queries of a workload that is served. Raises OSError; LateenError when it is not served."""
        if (server := self._workloads.get(uid)) is None:
            raise LateenError(f"there is no workload {uid}")

        async def opened() -> object:
            return self._client.discover(await self._token_for(server.workload))

        server.dns = DnsProxy(settings, opened, self._clock)
        await server.dns.start()
        return server.dns

    async def stop(self, uid: str) -> None:
        """Forget the workload: its key with it. An unknown `uid` is no error."""
        if (server := self._workloads.pop(uid, None)) is None:
            return
        await server.stop()
        if server.workload == self._speaks:
            await self._listen()  # in the name of another one, if there is any

    async def trust(self, roots: TrustBundle) -> None:
        """Trust the roots that come with a certificate from now on; tell every Envoy, before the certificate.

        Those of an authority beside the control plane count until the control plane has told which ones are trusted.
        """
        if self.external:
            roots = self._told or roots | self._first
        self._believe(roots)

    async def _listen(self) -> None:
        """Hear at once of other roots, on one stream for the whole machine; nobody is asked while nobody is served."""
        await cancel(self._listening)
        self._speaks = next((one.workload for one in self.workloads), None)
        self._listening = None
        if (speaks := self._speaks) is None:
            return

        async def opened() -> tuple[Any, Speaker]:
            return self._client.discover(await self._token_for(speaks)), _speaker(speaks)

        what = "the roots that are trusted"
        feed = Feed(trusted_roots.TYPE, self._take, opened, self._clock, what, self._rotation.finished)
        self._listening = spawn(feed.run(), name="trusted roots")

    def _take(self, changes: Changes) -> None:
        """Take what the control plane tells of roots and of who signs; raises ValueError for what are no roots."""
        if signer := changes.get(trusted_roots.SIGNER):
            self._rotation.signer = signer.decode(errors="replace")
        if data := changes.get(trusted_roots.ROOTS):
            try:
                self._told = TrustBundle.parse(data, data if b"X509 CRL" in data else b"")
            except LateenError as error:
                raise ValueError(str(error)) from None
            self._believe(self._told)

    def _believe(self, roots: TrustBundle) -> None:
        if roots != self._trust:
            self._trust = roots
            self._roots.commit({ROOTS: roots_secret(roots)})
            self._client.trust(roots)
            _log.info("the mesh now trusts %d root(s)", len(roots.roots))

    def renew_one(self, uid: str) -> None:
        """Renew the certificate of a workload now: what the mesh knows of it has changed. One that is not served needs
        none."""
        if (server := self._workloads.get(uid)) is not None:
            server.renewal.renew_now()

    async def renew(self, seconds: float = 10.0) -> list[WorkloadServer]:
        """Renew every certificate, and wait until each Envoy has its new one; returns those that have not in time."""
        return await renew(self.workloads, seconds)

    async def close(self) -> None:
        """Stop serving all workloads."""
        await cancel(self._listening)
        self._listening = self._speaks = None
        for uid in list(self._workloads):
            await self.stop(uid)
        await self._client.close()
        if self._authority.client is not self._client:
            await self._authority.client.close()


def _speaker(workload: WorkloadRef) -> Speaker:
    """The agent in the name of a workload, which its token proves."""
    name = f"{workload.pod}.{workload.namespace}"
    return Speaker(f"sidecar~127.0.0.1~{name}~{workload.namespace}.svc.cluster.local", {})


class _Authority(NamedTuple):
    client: CaClient
    token_for: TokenFor

    @classmethod
    def of(cls, external: ExternalCa | None) -> "_Authority | None":
        if external is None:
            return None
        return cls(CaClient(external.target, external.name, TrustBundle.parse(external.roots)), external.token_for)

"""The control plane's tasks and lifetimes: sources in, views out; certificates; windows for people."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from lateen.app.allocator import ADDRESSES, Allocator
from lateen.app.certificate_settings import CertificateSettings
from lateen.app.gateway_proxies import GatewayProxies
from lateen.app.gateway_statuses import GATEWAY_API, GatewayStatuses
from lateen.app.key_fetcher import KeyFetcher
from lateen.app.module_fetcher import ModuleFetcher
from lateen.app.pipeline import ConnectedProxy, Pipeline
from lateen.app.programmed import Programmed
from lateen.app.provisioner import Provisioner
from lateen.app.pump import Pump
from lateen.app.refusals import Refusals
from lateen.app.registration_authority import RegistrationAuthority
from lateen.app.reports import Reports
from lateen.app.source import Source, Writers
from lateen.app.token_review import TokenReviews
from lateen.app.trusted_roots import RootListener, TrustedRoots
from lateen.app.windows import Inspector
from lateen.base.clock import Clock
from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn, until
from lateen.identity.authority import CertificateAuthority
from lateen.identity.trust import TrustBundle
from lateen.plan.upstream import LoadAssignment
from lateen.planner.dns_capture import DnsCapture
from lateen.planner.scope import ByName
from lateen.planner.scopes import Scopes
from lateen.proto.trusted_roots import TYPE as TRUSTED_ROOTS
from lateen.server.ads import AdsServer
from lateen.server.auth import Caller, Callers, Forbidden
from lateen.server.authority_folder import AuthorityFolder
from lateen.server.ca import CertificateService
from lateen.server.debug import DebugServer
from lateen.server.grpc_server import Endpoint, GrpcServer
from lateen.server.issuance import IssuanceLimit
from lateen.server.proxy_node import ProxyNode
from lateen.server.server_certificate import ServerCertificate
from lateen.sources.client import Client
from lateen.sources.fetch import Fetcher
from lateen.sources.guard import Guard
from lateen.sources.lease import Elector
from lateen.sources.statuses import Statuses
from lateen.sources.wasm.cache import ModuleCache
from lateen.sources.wasm.loader import Loader

_log = logging.getLogger(__name__)

DNS_NAMES = (
    "istiod.istio-system.svc",
    "istiod.istio-system.svc.cluster.local",
    "istiod.istio-system",
    "istiod",
)


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where the control plane listens and keeps its keys. `endpoints`: addresses for proxies and agents;
    `revision`: of which the mesh's settings are read and the lease is held. `inside`: networks (CIDR) of the mesh, from
    which nothing is fetched that users' objects name by URL; `allowed`: networks from which it is all the same.
    `several_authorizers`: a workload may ask more than one extension provider. `replica`: what this
    process is called where there are several, `cluster_id` the cluster. `names`: by which it is called. `modules`:
    where fetched modules are kept, beside the keys unless it is said."""

    pki: Path
    debug_socket: Path
    endpoints: Sequence[Endpoint]
    trust_domain: str = "cluster.local"
    revision: str = ""
    inside: Sequence[str] = ()
    allowed: Sequence[str] = ()
    several_authorizers: bool = False
    certificates: CertificateSettings = field(default_factory=CertificateSettings)
    replica: str = "istiod"
    cluster_id: str = "Kubernetes"
    names: Sequence[str] = DNS_NAMES
    modules: Path | None = None


class ControlPlane:
    """Follows the API, computes, serves. `run` ends only when cancelled."""

    def __init__(self, client: Client, places: Places, clock: Clock) -> None:
        self._client = client
        self.places = places
        self._clock = clock
        self.pipeline = Pipeline(places.trust_domain, places.revision, places.several_authorizers)
        self.pump = Pump(self._step, self._settled, clock)
        self._proxies: dict[Key, set[ConnectedProxy]] = {}
        self._keys_of_mesh = AuthorityFolder(places.pki, places.trust_domain, clock, places.certificates.longest_ttl)
        signer = places.certificates.signer
        self.trusted = TrustedRoots(lambda: self.authority.trust, lambda: "" if signer else self.authority.key_name)
        self._keys_of_mesh.changed = self.trusted.publish
        self.trusted.publish()
        self.pipeline.plans.registry.mesh.subscribe(self.trusted.settings_changed)
        reviews = TokenReviews(client, places.trust_domain)
        callers = Callers(reviews, [places.trust_domain], clock, lambda leaf: self.trust().revoked.revokes(leaf))
        self.ads = AdsServer(callers, self._open, clock)
        limit = IssuanceLimit(clock, places.certificates.per_minute)
        outside = RegistrationAuthority(client, signer, self.trust, clock).sign if signer else None
        self._ca = CertificateService(
            callers, lambda: self.authority, self.trust, self._facts, limit, outside, places.certificates.usual_ttl
        )
        uri = f"spiffe://{places.trust_domain}/ns/istio-system/sa/istiod"
        self.certificate = ServerCertificate(lambda: self.authority, places.names, uri, clock).current
        self._grpc = GrpcServer([self.ads.handler(), self._ca.handler()], self.certificate, self.trust)
        self.elector = Elector(client, leader_lease(places.revision), f"istiod-{secrets.token_hex(4)}", clock)
        self._statuses = Statuses(client, self.elector, clock)
        refusals = Refusals(self.pipeline, lambda: self.ads.connections)
        self._reports = Reports(self.pipeline.store, self.pump, self._statuses, refusals, clock)
        self._reports.follow("VirtualService", self.pipeline.plans.remarks)
        requests = self.pipeline.plans.requests
        self._reports.follow("RequestAuthentication", requests.remarks)
        fetcher = Fetcher(Guard(places.inside, places.allowed))
        self._keys = KeyFetcher(requests.wanted, self.pipeline.store, fetcher, self.pump.poke, clock)
        self._modules = self._module_fetcher(fetcher)
        self._addresses = Statuses(client, self.elector, clock, ADDRESSES)
        self._of_gateways = Statuses(client, self.elector, clock, GATEWAY_API)
        self._programmed = Programmed(GatewayProxies(self.pipeline.plans, refusals), self.pump, clock)
        gateways = self.pipeline.plans.gateway_api.gateways
        self._provisioner = Provisioner(self.pipeline.store, gateways, client, self.elector, clock)
        writers = Writers(
            self._reports,
            Allocator(self.pipeline.store, self._addresses),
            GatewayStatuses(
                self.pipeline.store, self.pipeline.plans.gateway_api.statuses, self._of_gateways, self._programmed
            ),
        )
        self.source = Source(client, self.pipeline, writers, self.pump.poke, clock)
        self._serving = False
        self._debug = DebugServer(Inspector(self).windows(), places.debug_socket)
        self.pipeline.plans.scopes.subscribe(self._scopes_changed)
        self._at_address = self.pipeline.engine.index("assignments at", self.pipeline.plans.assignments, _addresses)

    async def run(self) -> None:
        """Follow the API; serve proxies once the whole world is known, so that none is sent half of it."""
        await self._debug.start()
        parts = {
            "source": self.source.run(),
            "pump": self.pump.run(),
            "lease": self.elector.run(),
            "statuses": self._statuses.run(),
            "reports": self._reports.run(),
            "addresses": self._addresses.run(),
            "authority": self._keys_of_mesh.run(),
            "gateway statuses": self._of_gateways.run(),
            "programmed": self._programmed.run(),
            "gateways": self._provisioner.run(),
            "keys": self._keys.run(),
            "modules": self._modules.run(),
        }
        tasks = [spawn(part, name=name) for name, part in parts.items()]
        try:
            await self.source.synced.wait()
            await self._happens(lambda: self._modules.settled)
            await self.pump.idle()
            await self._grpc.start(self.places.endpoints)
            self._serving = True
            _log.info("ready")
            await asyncio.gather(*tasks)
        finally:
            await self._grpc.stop()
            await self._debug.stop()
            await cancel(*tasks)

    def starting(self) -> str:
        """Say what this process still lacks to serve; "" when it serves."""
        return "" if self._serving else self.source.missing() or "computing"

    def windows_app(self) -> web.Application:
        """Return the routes of the windows, for another server than that at the debug socket."""
        return self._debug.app()

    def trust(self) -> TrustBundle:
        """Return what the mesh trusts now."""
        return self.trusted.current()

    async def caught_up(self, kind: str, version: str) -> bool:
        """Wait until every proxy has answered what `kind` up to the resource `version` makes; False after 5 s."""
        return await self._happens(lambda: self.source.seen.get(kind, 0) >= int(version) and self._all_answered())

    async def gone(self, address: str) -> bool:
        """Wait until no proxy is told to send to `address` any more, and all have answered; False after 5 s."""
        return await self._happens(lambda: not self._at_address.find(address) and self._all_answered())

    async def _happens(self, condition: Callable[[], bool]) -> bool:
        await self.pump.idle()
        try:
            await until(condition, seconds=5.0, what="the proxies", every=0.005)
        except TimeoutError:
            return False
        return True

    def _all_answered(self) -> bool:
        """Every proxy has taken or refused all there is: what one refuses does not hold up the rest of the mesh."""
        return not self.pump.busy and all(each.proxy.session.answered() for each in self.ads.connections)

    def _module_fetcher(self, fetcher: Fetcher) -> ModuleFetcher:
        store, registry = self.pipeline.plans.module_store, self.pipeline.plans.registry
        for kind, remarks in store.remarks.items():
            self._reports.follow(kind, remarks)
        settings = registry.default.config_map
        loader = Loader(fetcher, lambda: (registry.mesh.get(settings) or registry.default).plain_registries)
        cache = ModuleCache(self.places.modules or self.places.pki.parent / "modules")
        return ModuleFetcher(store, self.pipeline.store, loader, cache, self.pump.poke, self._clock)

    def _step(self, budget: int) -> bool:
        return self.pipeline.engine.step(budget)

    def _settled(self) -> None:
        self.pipeline.settle()

    def _open(self, caller: Caller, node: ProxyNode) -> ConnectedProxy | RootListener:
        if node.asks == TRUSTED_ROOTS:
            return RootListener(self.trusted.view)  # whoever has proved who he is may know whom the mesh trusts
        self.pipeline.settle()  # the pump may be between two steps: a pod half known would get half a world
        workload = self.pipeline.plans.workload_at(node.namespace, node.pod)
        if workload is None:
            raise Forbidden(f"there is no pod {node.pod!r} in namespace {node.namespace!r}")
        if workload.service_account != caller.service_account:
            raise Forbidden(f"{caller.identity.uri} may not act for pod {node.pod!r}, which runs as another account")
        dns = DnsCapture.of_proxy(node.metadata)
        proxy = ConnectedProxy(self.pipeline, workload, self._closed, self._reports.refused, dns, node.metadata)
        self._proxies.setdefault(workload.key, set()).add(proxy)
        return proxy

    def _closed(self, proxy: ConnectedProxy) -> None:
        proxies = self._proxies.get(proxy.workload, set())
        proxies.discard(proxy)
        if not proxies:
            self._proxies.pop(proxy.workload, None)

    def _scopes_changed(self, changes: Mapping[Key, Scopes | None]) -> None:
        """A pod that is gone keeps its scopes: its proxy serves until it ends."""
        for key, scopes in changes.items():
            for proxy in tuple(self._proxies.get(key, ())) if scopes else ():
                proxy.move(scopes or ())

    @property
    def authority(self) -> CertificateAuthority:
        """Who signs for the mesh now."""
        return self._keys_of_mesh.authority

    def _facts(self, caller: Caller) -> str:
        """What a certificate says beside the identity: of the registry, by the pod that the token is bound to."""
        workload = self.pipeline.plans.workload_at(caller.namespace, caller.pod_name)
        if workload is None:
            return ""
        labels = workload.labels
        return ";".join((
            workload.workload_name, workload.namespace, labels.get("app", ""), labels.get("version", ""),
            workload.canonical_name, workload.canonical_revision, "Kubernetes",
        ))  # fmt: skip


def leader_lease(revision: str) -> Key:
    """Return the Lease that writers of a revision's control plane hold."""
    return Key("istio-system", f"lateen-leader-{revision}" if revision else "lateen-leader")


def _addresses(key: ByName, plan: LoadAssignment) -> Iterator[str]:
    return (endpoint.address for locality in plan.localities for endpoint in locality.endpoints)

"""The agent obtains, serves and forgets identities, many in one process."""

import os
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest

from lateen.app.trusted_roots import RootListener
from lateen.base.clock import SystemClock
from lateen.base.errors import LateenError
from lateen.base.tasks import until
from lateen.identity.authority import CertificateAuthority
from lateen.identity.certificate import identity_of, load_chain
from lateen.identity.revocation import RevocationLists
from lateen.identity.trust import TrustBundle
from lateen.node import ca_client
from lateen.node.agent import Agent
from lateen.node.agent_settings import AgentSettings, ExternalCa, WorkloadRef
from lateen.node.dns_listener import bound_socket
from lateen.node.dns_proxy import DnsSettings, Sockets
from lateen.node.feed import Speaker
from lateen.node.resolvers import Resolvers
from lateen.node.sds import SERVICE
from lateen.node.workload_server import WorkloadServer
from lateen.proto import descriptors, trusted_roots
from lateen.proto.name_table import NAME, NameInfo
from lateen.proto.resource import resource
from lateen.server.ads import AdsServer
from lateen.server.auth import Caller, Callers, Unauthenticated
from lateen.server.ca import CertificateService
from lateen.server.grpc_server import Endpoint, GrpcServer
from lateen.server.proxy_node import ProxyNode
from lateen.server.server_certificate import ServerCertificate
from lateen.xds.session import Session
from lateen.xds.view import View

CLOCK = SystemClock()
REQUEST = descriptors.message("envoy.service.discovery.v3.DeltaDiscoveryRequest")
RESPONSE = descriptors.message("envoy.service.discovery.v3.DeltaDiscoveryResponse")
SECRET = descriptors.message("envoy.extensions.transport_sockets.tls.v3.Secret")
TYPE = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret"
REVIEWS = WorkloadRef("default", "reviews-1", "reviews", "uid-1")
RATINGS = WorkloadRef("default", "ratings-1", "ratings", "uid-2")
STRANGER = WorkloadRef("default", "stranger", "stranger", "uid-3")


class Tokens:
    """A token is `namespace/service account`."""

    async def token(self, token: str, audience: str) -> Caller:
        namespace, _, account = token.partition("/")
        if account == "stranger":
            raise Unauthenticated("unknown token")
        return Caller("cluster.local", namespace, account)


class Told:
    """What the control plane serves an agent from: resources of one type."""

    def __init__(self, type_url: str, view: View) -> None:
        self._view = view
        self._wake: Callable[[], None] = lambda: None
        self.session = Session(lambda asked: (view,) if asked == type_url else ())

    def watch(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._view.watchers.add(wake)

    def close(self) -> None:
        self._view.watchers.discard(self._wake)


class Mesh:
    """An authority on the network and an agent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = CertificateAuthority.create("cluster.local", CLOCK)
        self.trust = self.authority.trust
        self.ttl = 3600.0
        self.names, self.roots = View(), View()

    async def start(self) -> None:
        callers = Callers(Tokens(), {"cluster.local"}, CLOCK)
        uri = "spiffe://cluster.local/ns/istio-system/sa/istiod"
        name = "istiod.istio-system.svc"
        certificate = ServerCertificate(lambda: self.authority, [name], uri, CLOCK)
        service = CertificateService(callers, lambda: self.authority, lambda: self.trust)
        ads = AdsServer(callers, self._open, CLOCK)
        self.server = GrpcServer([service.handler(), ads.handler()], certificate.current, lambda: self.trust)
        (self.port,) = await self.server.start([Endpoint("127.0.0.1:0", mutual=False)])
        self.agent = self.make_agent()

    def _open(self, caller: Caller, node: ProxyNode) -> Told | RootListener:
        return RootListener(self.roots) if node.asks == trusted_roots.TYPE else Told(NAME, self.names)

    def make_agent(self, ttl: float = 3600.0, external: ExternalCa | None = None) -> Agent:
        async def token_for(workload: WorkloadRef) -> str:
            return f"{workload.namespace}/{workload.service_account}"

        settings = AgentSettings(socket_owner=os.geteuid(), ttl=ttl, external=external)
        return Agent(f"127.0.0.1:{self.port}", self.trust.pem, token_for, CLOCK, settings)

    async def serve(self, workload: WorkloadRef) -> WorkloadServer:
        return await self.agent.serve(workload, self.folder / f"{workload.uid}.sock")

    async def stop(self) -> None:
        await self.agent.close()
        await self.server.stop(0)


@pytest.fixture
async def mesh(tmp_path: Path) -> AsyncIterator[Mesh]:
    mesh = Mesh(tmp_path)
    await mesh.start()
    yield mesh
    await mesh.stop()


async def fetch(server: WorkloadServer, name: str) -> Any:
    """Ask for a secret as Envoy does, and wait until it comes."""
    async with grpc.aio.insecure_channel(f"unix:{server.sds.path}") as channel:
        stream = channel.stream_stream(f"/{SERVICE}/DeltaSecrets")(timeout=10)
        await stream.write(REQUEST(type_url=TYPE, resource_names_subscribe=[name]).SerializeToString())
        while not (response := RESPONSE.FromString(await stream.read())).resources:
            await stream.write(REQUEST(type_url=TYPE, response_nonce=response.nonce).SerializeToString())
        stream.cancel()
        return SECRET.FromString(response.resources[0].resource.value)


async def test_each_workload_gets_its_own_identity(mesh: Mesh) -> None:
    for workload in (REVIEWS, RATINGS):
        secret = await fetch(await mesh.serve(workload), "default")
        (leaf,) = load_chain(secret.tls_certificate.certificate_chain.inline_bytes)
        assert identity_of(leaf).service_account == workload.service_account
        assert mesh.authority.trust.vouches_for([leaf])
    assert [server.workload for server in mesh.agent.workloads] == [REVIEWS, RATINGS]


async def test_roots_are_served_before_any_certificate(mesh: Mesh) -> None:
    server = await mesh.serve(STRANGER)
    secret = await fetch(server, "ROOTCA")
    assert secret.validation_context.trusted_ca.inline_bytes == mesh.trust.pem
    assert not server.ready.is_set()


async def test_refused_workload_is_asked_for_again_and_says_why(mesh: Mesh) -> None:
    server = await mesh.serve(STRANGER)
    await until(lambda: "unknown token" in server.renewal.error, seconds=5, what="the refusal")


async def test_certificate_comes_when_the_authority_does(mesh: Mesh) -> None:
    await mesh.server.stop(0)
    server = await mesh.serve(REVIEWS)
    await until(lambda: server.renewal.error, seconds=5, what="a failure")
    port = mesh.port
    certificate = ServerCertificate(
        lambda: mesh.authority,
        ["istiod.istio-system.svc"],
        "spiffe://cluster.local/ns/istio-system/sa/istiod",
        CLOCK,
    )
    service = CertificateService(
        Callers(Tokens(), {"cluster.local"}, CLOCK), lambda: mesh.authority, lambda: mesh.trust
    )
    mesh.server = GrpcServer([service.handler()], certificate.current, lambda: mesh.trust)
    await mesh.server.start([Endpoint(f"127.0.0.1:{port}", mutual=False)])
    await until(server.ready.is_set, seconds=10, what="a certificate")


async def test_new_root_is_known_before_its_leaves(mesh: Mesh) -> None:
    server = await mesh.serve(REVIEWS)
    await until(server.ready.is_set, seconds=5, what="a certificate")
    old, mesh.authority = mesh.authority, CertificateAuthority.create("cluster.local", CLOCK)
    mesh.trust = old.trust | mesh.authority.trust
    await mesh.agent.trust(mesh.trust)
    assert (await fetch(server, "ROOTCA")).validation_context.trusted_ca.inline_bytes == mesh.trust.pem
    other = await mesh.serve(RATINGS)
    await until(other.ready.is_set, seconds=5, what="a certificate of the new root")


async def test_roots_that_the_authority_names_replace_the_first(mesh: Mesh) -> None:
    new = CertificateAuthority.create("cluster.local", CLOCK)
    mesh.trust = TrustBundle([*mesh.authority.trust.roots, *new.trust.roots])
    server = await mesh.serve(REVIEWS)
    await until(server.ready.is_set, seconds=5, what="a certificate")
    assert (await fetch(server, "ROOTCA")).validation_context.trusted_ca.inline_bytes == mesh.trust.pem


async def test_short_certificates_are_renewed_while_envoy_listens(mesh: Mesh) -> None:
    await mesh.agent.close()
    mesh.agent = mesh.make_agent(ttl=2)
    server = await mesh.serve(REVIEWS)
    await until(lambda: server.renewal.renewed >= 2, seconds=10, what="a renewal")


async def test_a_certificate_is_renewed_on_demand_and_nobody_elses(mesh: Mesh) -> None:
    one, other = await mesh.serve(REVIEWS), await mesh.serve(RATINGS)
    await one.ready.wait()
    await other.ready.wait()
    mesh.agent.renew_one(one.workload.uid)
    mesh.agent.renew_one("nobody")
    await until(lambda: one.renewal.renewed == 2, seconds=5, what="a second certificate")
    assert other.renewal.renewed == 1


async def test_forgotten_workload_is_served_no_more(mesh: Mesh) -> None:
    server = await mesh.serve(REVIEWS)
    await mesh.agent.stop(REVIEWS.uid)
    await mesh.agent.stop("never heard of")
    assert not server.sds.path.exists() and not mesh.agent.workloads
    await mesh.serve(REVIEWS)


async def test_workload_is_served_once(mesh: Mesh) -> None:
    await mesh.serve(REVIEWS)
    with pytest.raises(LateenError, match="already served"):
        await mesh.serve(REVIEWS)


def loopback() -> Sockets:
    tcp = socket.create_server(("127.0.0.1", 0))
    tcp.setblocking(False)
    return [bound_socket("127.0.0.1", 0)], [tcp]


def naming(workload: WorkloadRef) -> DnsSettings:
    node = f"sidecar~10.1.0.1~{workload.pod}.{workload.namespace}~{workload.namespace}.svc.cluster.local"
    resolvers = Resolvers([], lambda kind: socket.socket(socket.AF_INET, kind))
    return DnsSettings(f"{workload.namespace}.svc.cluster.local", Speaker(node, {}), resolvers, loopback)


async def test_names_come_by_the_workloads_own_token_and_go_with_it(mesh: Mesh) -> None:
    mesh.names.commit({"db.example.com": resource(NAME, "db.example.com", NameInfo(("240.240.0.1",)).encode())})
    server = await mesh.serve(REVIEWS)
    proxy = await mesh.agent.resolve(REVIEWS.uid, naming(REVIEWS))
    await until(proxy.server.known.is_set, seconds=5, what="the names")
    assert [host for host, _ in proxy.server.names.items()] == ["db.example.com"]
    assert server.dns is proxy
    await mesh.agent.stop(REVIEWS.uid)
    await until(lambda: not mesh.names.watchers, seconds=5, what="the end of the stream")


async def test_names_come_on_after_a_change_of_roots_has_closed_the_connection(
    mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ca_client, "_LAST_CALLS", 0.1)
    await mesh.serve(REVIEWS)
    proxy = await mesh.agent.resolve(REVIEWS.uid, naming(REVIEWS))
    await until(proxy.server.known.is_set, seconds=5, what="the names")
    other = CertificateAuthority.create("cluster.local", CLOCK)
    before = len(mesh.names.watchers)
    await mesh.agent.trust(mesh.trust | other.trust)
    await until(lambda: len(mesh.names.watchers) < before, seconds=5, what="the end of the old streams")
    mesh.names.commit({"late.x": resource(NAME, "late.x", NameInfo(("240.240.0.2",)).encode())})
    await until(lambda: [host for host, _ in proxy.server.names.items()] == ["late.x"], seconds=10, what="a new name")


async def test_certificates_follow_who_signs_and_what_is_revoked(mesh: Mesh) -> None:
    server, bystander = await mesh.serve(REVIEWS), await mesh.serve(RATINGS)
    await until(lambda: server.ready.is_set() and bystander.ready.is_set(), seconds=5, what="certificates")
    old, mesh.authority = mesh.authority, CertificateAuthority.create("cluster.local", CLOCK)
    mesh.trust = old.trust | mesh.authority.trust
    told = {trusted_roots.ROOTS: trusted_roots.roots_resource(mesh.trust.pem, b"")}
    mesh.roots.commit(told | {trusted_roots.SIGNER: trusted_roots.signer_resource(mesh.authority.key_name)})
    both = (server, bystander)
    signed = mesh.authority.key_name
    await until(lambda: {one.renewal.issuer for one in both} == {signed}, seconds=5, what="the new signer's")
    assert server.renewal.leaf is not None
    lists = RevocationLists.parse(mesh.authority.revoke([server.renewal.leaf.serial_number], 1))
    mesh.roots.commit({trusted_roots.ROOTS: trusted_roots.roots_resource(mesh.trust.pem, lists.pem)})
    await until(lambda: server.renewal.renewed == 3, seconds=5, what="another one")
    assert bystander.renewal.renewed == 2


async def test_an_unknown_workload_has_no_names(mesh: Mesh) -> None:
    with pytest.raises(LateenError, match="uid-1"):
        await mesh.agent.resolve(REVIEWS.uid, naming(REVIEWS))
    await mesh.serve(STRANGER)
    proxy = await mesh.agent.resolve(STRANGER.uid, naming(STRANGER))
    await until(lambda: "unknown token" in mesh.agent.workloads[0].renewal.error, seconds=5, what="the refusal")
    assert not proxy.server.known.is_set()


async def test_another_authority_certifies_in_place_of_the_control_plane(mesh: Mesh, tmp_path: Path) -> None:
    other = Mesh(tmp_path)
    await other.start()

    async def token_for(workload: WorkloadRef) -> str:
        return f"{workload.namespace}/{workload.service_account}"

    name, target = "istiod.istio-system.svc", f"127.0.0.1:{other.port}"
    await mesh.agent.close()
    mesh.agent = mesh.make_agent(external=ExternalCa(target, name, other.trust.pem, token_for))
    server = await mesh.serve(REVIEWS)
    leaf = load_chain((await fetch(server, "default")).tls_certificate.certificate_chain.inline_bytes)
    assert other.trust.vouches_for(leaf) and not mesh.trust.vouches_for(leaf)
    both = mesh.trust | other.trust
    assert (await fetch(server, "ROOTCA")).validation_context.trusted_ca.inline_bytes == both.pem
    mesh.names.commit({"db.example.com": resource(NAME, "db.example.com", NameInfo(("240.240.0.1",)).encode())})
    proxy = await mesh.agent.resolve(REVIEWS.uid, naming(REVIEWS))
    await until(proxy.server.known.is_set, seconds=5, what="the names, which the control plane has")
    await other.stop()

"""The agent obtains, serves and forgets identities, many in one process."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest

from lateen.base.clock import SystemClock
from lateen.base.errors import LateenError
from lateen.base.tasks import until
from lateen.identity.authority import CertificateAuthority
from lateen.identity.certificate import identity_of, load_chain
from lateen.identity.trust import TrustBundle
from lateen.node.agent import Agent, AgentSettings, WorkloadRef, WorkloadServer
from lateen.node.sds import SERVICE
from lateen.proto import descriptors
from lateen.server.auth import Caller, Callers, Unauthenticated
from lateen.server.ca import CertificateService
from lateen.server.grpc_server import Endpoint, GrpcServer
from lateen.server.server_certificate import ServerCertificate

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


class Mesh:
    """An authority on the network and an agent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = CertificateAuthority.create("cluster.local", CLOCK)
        self.trust = self.authority.trust
        self.ttl = 3600.0

    async def start(self) -> None:
        callers = Callers(Tokens(), {"cluster.local"}, CLOCK)
        uri = "spiffe://cluster.local/ns/istio-system/sa/istiod"
        name = "istiod.istio-system.svc"
        certificate = ServerCertificate(lambda: self.authority, [name], uri, CLOCK)
        service = CertificateService(callers, lambda: self.authority, lambda: self.trust)
        self.server = GrpcServer([service.handler()], certificate.current, lambda: self.trust)
        (self.port,) = await self.server.start([Endpoint("127.0.0.1:0", mutual=False)])
        self.agent = self.make_agent()

    def make_agent(self, ttl: float = 3600.0) -> Agent:
        async def token_for(workload: WorkloadRef) -> str:
            return f"{workload.namespace}/{workload.service_account}"

        settings = AgentSettings(socket_owner=os.geteuid(), ttl=ttl)
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

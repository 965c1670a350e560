"""A real Envoy gets its identity from the agent, proves it to the control plane, and becomes ready."""

import asyncio
import base64
import http.client
import json
import os
import re
import secrets
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lateen.base.clock import SystemClock
from lateen.base.tasks import until
from lateen.identity.authority import CertificateAuthority
from lateen.node.agent import Agent
from lateen.node.agent_settings import AgentSettings, WorkloadRef
from lateen.node.bootstrap import bootstrap
from lateen.node.environment import environment
from lateen.node.proxy_facts import ControlPlane, ProxyFacts
from lateen.proto.descriptors import envoy_binary
from lateen.proto.trusted_roots import TYPE as TRUSTED_ROOTS
from lateen.proto.types import CLUSTER
from lateen.runtime import netns
from lateen.server.ads import AdsServer, Connection
from lateen.server.auth import Caller, Callers, Unauthenticated
from lateen.server.ca import CertificateService
from lateen.server.grpc_server import Endpoint, GrpcServer
from lateen.server.proxy_node import ProxyNode
from lateen.server.server_certificate import ServerCertificate
from lateen.xds.session import Session
from lateen.xds.view import View

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(os.geteuid() != 0, reason="needs root")]

CLOCK = SystemClock()
POD = WorkloadRef("default", "reviews-1", "reviews", "uid-1")
NAME = "istiod.istio-system.svc"
ADS_PORT = 15012


class Tokens:
    accepted = True

    async def token(self, token: str, audience: str) -> Caller:
        if token != "reviews" or not self.accepted:
            raise Unauthenticated("unknown token")
        return Caller("cluster.local", "default", "reviews", POD.pod)


class Proxy:
    """An empty world: no clusters, no listeners."""

    def __init__(self) -> None:
        views = {CLUSTER: View()}
        self.session = Session(lambda type_url: [views[type_url]] if type_url in views else [])

    def watch(self, wake: Callable[[], None]) -> None: ...

    def close(self) -> None: ...


@dataclass
class World:
    """A control plane and an agent; the pod's namespace holds only Envoy and the address of ADS."""

    folder: Path
    namespace: Path
    trust_domain: str = "cluster.local"
    authority: CertificateAuthority = field(default_factory=lambda: CertificateAuthority.create("cluster.local", CLOCK))
    envoy: subprocess.Popen[bytes] | None = None
    seen: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.trust = self.authority.trust
        self.tokens = Tokens()
        callers = Callers(self.tokens, {self.trust_domain}, CLOCK)
        uri = "spiffe://cluster.local/ns/istio-system/sa/istiod"
        certificate = ServerCertificate(lambda: self.authority, [NAME], uri, CLOCK)
        self.ads = AdsServer(callers, self.open, CLOCK)
        handlers = [
            self.ads.handler(),
            CertificateService(callers, lambda: self.authority, lambda: self.trust).handler(),
        ]
        self.server = GrpcServer(handlers, certificate.current, lambda: self.trust)

    def open(self, caller: Caller, node: ProxyNode) -> Proxy:
        if node.asks != TRUSTED_ROOTS:  # the agent's own stream is no Envoy's
            self.seen.append(caller.expires)
        return Proxy()

    @property
    def proxies(self) -> list[Connection]:
        """The streams of Envoys: the agent's own, which asks for roots, is none."""
        return [one for one in self.ads.connections if one.node.asks != TRUSTED_ROOTS]

    async def start(self, ttl: float) -> None:
        addresses = [Endpoint("127.0.0.1:0", mutual=True), Endpoint("127.0.0.1:0", mutual=False)]
        self.ads_port, port = await self.server.start(addresses)
        listener = netns.call_in(self.namespace, lambda: socket.create_server(("127.0.0.1", ADS_PORT)))
        self.door = await asyncio.start_server(self.forward, sock=listener)

        async def token_for(workload: WorkloadRef) -> str:
            return workload.service_account

        settings = AgentSettings(ttl=ttl)
        self.agent = Agent(f"127.0.0.1:{port}", self.trust.pem, token_for, CLOCK, settings)
        self.workload = await self.agent.serve(POD, self.folder / "sds.sock")

    async def forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry a connection out of the pod's namespace: gRPC's threads cannot live in two."""

        async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
            with suppress(OSError):
                while data := await source.read(1 << 16):
                    target.write(data)
            target.close()

        try:
            back, forth = await asyncio.open_connection("127.0.0.1", self.ads_port)
        except OSError:
            writer.close()
        else:
            await asyncio.gather(pump(reader, forth), pump(back, writer))

    def start_envoy(self, namespace: str = POD.namespace) -> None:
        facts = ProxyFacts(
            pod=POD.pod,
            namespace=namespace,
            ip="127.0.0.1",
            sds_socket=str(self.workload.sds.path),
            service_account=POD.service_account,
            labels={"app": "reviews"},
            control_plane=ControlPlane("127.0.0.1", ADS_PORT),
        )
        path = self.folder / "bootstrap.json"
        path.write_text(json.dumps(bootstrap(facts)))
        # By commands, not by fork: gRPC's fork handlers would start its threads again in that namespace.
        enter = [
            "nsenter",
            f"--net={self.namespace}",
            "setpriv",
            "--reuid=1337",
            "--regid=1337",
            "--clear-groups",
        ]
        arguments = ["-c", str(path), "--disable-hot-restart", "--concurrency", "1", "-l", "warn"]
        with (self.folder / "envoy.log").open("wb") as log:
            command = [*enter, str(envoy_binary()), *arguments]
            self.envoy = subprocess.Popen(command, stderr=log, env={**os.environ, **environment(facts)})

    def get(self, port: int, path: str) -> tuple[int, str]:
        """Ask a port in the pod; status 0 while nobody listens."""
        with suppress(OSError), closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
            connection.sock = netns.call_in(self.namespace, lambda: socket.create_connection(("127.0.0.1", port), 2))
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        return 0, ""

    async def reaches(self, port: int, path: str, status: int) -> str:
        """Wait until the port answers with `status`; returns the body."""
        deadline = CLOCK.monotonic() + 15
        while (answer := await asyncio.to_thread(self.get, port, path))[0] != status:
            if CLOCK.monotonic() > deadline:
                pytest.fail(f"{port}{path}: {answer}\n{(self.folder / 'envoy.log').read_text()[-3000:]}")
            await CLOCK.sleep(0.02)
        return answer[1]

    async def stop(self) -> None:
        if self.envoy is not None:
            self.envoy.kill()
            await asyncio.to_thread(self.envoy.wait)
        await self.agent.close()
        await self.server.stop(0)
        self.door.close()


@pytest.fixture
async def world() -> AsyncIterator[World]:
    name = f"lt-{secrets.token_hex(4)}"
    namespace = netns.create(name)
    subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
    with tempfile.TemporaryDirectory(prefix="lateen-") as folder:
        os.chmod(folder, 0o755)
        world = World(Path(folder), namespace)
        try:
            yield world
        finally:
            await world.stop()
            netns.remove(name)


async def test_envoy_becomes_ready_with_the_agents_certificate(world: World) -> None:
    await world.start(ttl=3600)
    world.start_envoy()
    await world.reaches(15021, "/healthz/ready", 200)
    (connection,) = world.proxies
    assert connection.caller.identity.uri == "spiffe://cluster.local/ns/default/sa/reviews"
    assert connection.node.metadata["LABELS"] == {"app": "reviews"}
    # A node is some 60 kB: it came once.
    assert connection.received < 100_000
    secrets_shown = await world.reaches(15000, "/config_dump?resource=dynamic_active_secrets", 200)
    assert {"default", "ROOTCA"} <= {secret["name"] for secret in json.loads(secrets_shown)["configs"]}
    dump = await world.reaches(15000, "/config_dump", 200)
    keys = re.findall(r'"private_key": \{\s*"inline_bytes": "(.*?)"', dump)
    assert keys and {base64.b64decode(key) for key in keys} == {b"[redacted]"}
    stats = await world.reaches(15090, "/stats/prometheus", 200)
    assert 'envoy_cluster_upstream_cx_total{cluster_name="xds-grpc"}' in stats
    assert (await asyncio.to_thread(world.get, 15090, "/quitquitquit"))[0] == 404
    assert (await asyncio.to_thread(world.get, 15021, "/quitquitquit"))[0] == 404


async def test_readiness_waits_for_configuration(world: World) -> None:
    await world.start(ttl=3600)
    world.door.close()
    world.start_envoy()
    await world.reaches(15000, "/ready", 503)
    assert (await asyncio.to_thread(world.get, 15021, "/healthz/ready"))[0] != 200


async def test_envoy_waits_for_its_certificate(world: World) -> None:
    world.tokens.accepted = False
    await world.start(ttl=3600)
    world.start_envoy()
    await until(lambda: world.workload.sds.streams >= 2, seconds=10, what="Envoy's requests for both secrets")
    await until(lambda: world.workload.renewal.error, seconds=5, what="a refusal")
    world.tokens.accepted = True
    await world.reaches(15021, "/healthz/ready", 200)


async def test_envoy_comes_back_with_the_new_certificate_when_the_old_ends(world: World) -> None:
    await world.start(ttl=3)
    world.start_envoy()
    await world.reaches(15021, "/healthz/ready", 200)
    await until(lambda: len(world.seen) >= 3, seconds=20, what="two reconnects")
    assert world.seen == sorted(set(world.seen)), "every stream was opened with a later certificate"
    assert (await asyncio.to_thread(world.get, 15021, "/healthz/ready"))[0] == 200


async def test_proxy_of_another_namespace_is_turned_away(world: World) -> None:
    await world.start(ttl=3600)
    world.start_envoy(namespace="other")
    log = world.folder / "envoy.log"
    await until(lambda: "may not act for the namespace" in log.read_text(), seconds=10, what="the refusal")
    assert not world.seen


async def test_root_is_replaced_under_a_running_envoy(world: World) -> None:
    await world.start(ttl=3)
    world.start_envoy()
    await world.reaches(15021, "/healthz/ready", 200)
    old, new = world.authority, CertificateAuthority.create("cluster.local", CLOCK)
    world.trust = old.trust | new.trust
    await world.agent.trust(world.trust)
    world.authority = new
    before = world.workload.renewal.renewed
    await until(lambda: world.workload.renewal.renewed > before, seconds=10, what="a certificate of the new root")
    world.trust = new.trust
    await world.agent.trust(new.trust)
    streams = len(world.seen)
    await until(lambda: len(world.seen) > streams, seconds=20, what="a stream under the new root only")

"""The agent in a pod of Kubernetes: its identity, its names, its applications' probes, and its Envoy, in one container.

It stands where Istio's pilot-agent does, reads what injection gave the container (`inject/container.py`), and needs no
right: traffic is captured before it starts. The key is made here and stays in memory.
"""

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from lateen.app.settings import own_environment
from lateen.base.clock import SystemClock
from lateen.base.errors import LateenError
from lateen.base.tasks import cancel, spawn
from lateen.identity.trust import TrustBundle
from lateen.inject.container import MOUNTS
from lateen.node.agent import Agent
from lateen.node.agent_settings import AgentSettings, WorkloadRef
from lateen.node.bootstrap import bootstrap
from lateen.node.environment import environment
from lateen.node.lifetimes import Lifetimes
from lateen.node.proxy_facts import ControlPlane
from lateen.node.resolvers import nameservers
from lateen.proto.descriptors import envoy_binary
from lateen.runtime.pod_dns import names_here
from lateen.runtime.proxy import BOOTSTRAP, SOCKET, ProxySettings, drain, envoy_arguments, proxy_facts
from lateen.runtime.status_server import StatusServer, here

Json = dict[str, Any]

TOKEN = Path(MOUNTS["istio-token"]) / "istio-token"
ROOTS = Path(MOUNTS["istiod-ca-cert"]) / "root-cert.pem"
PODINFO = Path(MOUNTS["istio-podinfo"])
RESOLVERS = Path("/etc/resolv.conf")

# Agents show tokens at the port behind the one that proxies connect to (docs/adr/0006).
_BEHIND = 1
_DRAIN = 5.0
# Seconds within which the pods of a mesh renew their certificates when another key signs.
_SPREAD = 3.0
# Seconds between two looks at roots by which no control plane is found.
_LOOK = 2.0
_TOLD = "variables of an injected container"


def read_podinfo(text: str) -> dict[str, str]:
    """Read labels or annotations as the downward API writes them: a line each, name="value" with quoted signs."""
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {name: json.loads(value) for name, _, value in pairs}


def pod_of(env: Mapping[str, str], labels: Mapping[str, str], annotations: Mapping[str, str]) -> Json:
    """Return the pod as far as its own container knows it; raises LateenError that names the missing variable."""
    try:
        metadata = {"name": env["POD_NAME"], "namespace": env["POD_NAMESPACE"]}
        address = env["INSTANCE_IP"]
    except KeyError as error:
        raise LateenError(f"the variable {error.args[0]} is not set", f"this runs with the {_TOLD}") from None
    apps = [{"name": name} for name in env.get("ISTIO_META_APP_CONTAINERS", "").split(",") if name]
    return {
        "metadata": metadata | {"labels": dict(labels), "annotations": dict(annotations)},
        "spec": {
            "serviceAccountName": env.get("SERVICE_ACCOUNT", ""),
            "nodeName": env.get("ISTIO_META_NODE_NAME", ""),
            "containers": apps,
        },
        "status": {"podIP": address},
    }


def proxy_settings(env: Mapping[str, str], envoy: Path) -> ProxySettings:
    """Return how this pod's Envoy runs: what ProxyConfig says, and a thread for each CPU that the container may use.

    Raises LateenError when the variables cannot be read.
    """
    try:
        config = json.loads(env.get("PROXY_CONFIG") or "{}")
        host, _, port = str(config.get("discoveryAddress") or env["CA_ADDR"]).rpartition(":")
        plane = ControlPlane(host, int(port), (host,))
        seconds = float(str(config.get("terminationDrainDuration") or f"{_DRAIN}s").removesuffix("s"))
        threads = int(env.get("ISTIO_CPU_LIMIT") or 0)
    except (KeyError, ValueError, AttributeError) as error:
        raise LateenError(f"PROXY_CONFIG, CA_ADDR or ISTIO_CPU_LIMIT cannot be read: {error}", _TOLD) from None
    return ProxySettings(envoy=envoy, control_plane=plane, concurrency=threads, drain=seconds)


class PodAgent:
    """Serves one pod: `run` lasts as long as its Envoy."""

    def __init__(self, arguments: Sequence[str], env: Mapping[str, str]) -> None:
        """`arguments`: those of the container, `proxy sidecar --domain …`."""
        self._container = {"args": list(arguments)}
        self._settings = proxy_settings(env, envoy_binary())
        pod = pod_of(env, _info("labels"), _info("annotations"))
        resolvers = nameservers(RESOLVERS.read_text()) if RESOLVERS.exists() else []
        # Without a resolver there is nothing to take over; istio-init sees the same file.
        told = env if resolvers else {**env, "ISTIO_META_DNS_CAPTURE": "false"}
        self.facts = proxy_facts(pod, self._container, told, self._settings)
        self._env, self._resolvers = env, resolvers
        self._inside = here(self.facts.ip)
        self._status = StatusServer(self._inside, self.facts.kind, env, self._settings.drain)

    async def run(self) -> int:
        """Serve, start Envoy, and wait for its end; SIGTERM drains it first. Returns its exit code."""
        facts, plane = self.facts, self._settings.control_plane
        settings = AgentSettings(
            ca_name=plane.host, trust_domain=facts.trust_domain, socket_owner=os.geteuid(), spread=_SPREAD
        )
        agent = Agent(f"{plane.host}:{plane.port + _BEHIND}", _roots(), _token, SystemClock(), settings)
        first = None
        try:
            workload = WorkloadRef(facts.namespace, facts.pod, facts.service_account, facts.pod)
            server = await agent.serve(workload, Path(SOCKET), Lifetimes.read(self._env))
            first = spawn(_first_roots(agent, server.ready), name="first roots")
            if facts.kind == "sidecar" and facts.dns_capture:
                await agent.resolve(facts.pod, names_here(facts, self._resolvers))
            Path(BOOTSTRAP).write_text(json.dumps(bootstrap(facts)))
            await self._status.start()
            return await self._envoy()
        finally:
            await cancel(first)
            await self._status.stop()
            await self._inside.close()
            await agent.close()

    async def _envoy(self) -> int:
        words = envoy_arguments(self._settings, self._container, self.facts)
        env = {**self._env, **environment(self.facts)}
        process = await asyncio.create_subprocess_exec(*words, stdin=asyncio.subprocess.DEVNULL, env=env)
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        ended, told = spawn(process.wait(), name="Envoy"), spawn(stop.wait(), name="stop")
        await asyncio.wait({ended, told}, return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            await drain(self._inside, self.facts.kind, SystemClock(), self._settings.drain)
            with suppress(ProcessLookupError):
                process.terminate()
        await cancel(told)
        code: int = await ended
        return code


async def run_pod_agent(arguments: Sequence[str]) -> int:
    """Run the container's agent; returns the exit code of Envoy."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stdout)
    return await PodAgent(arguments, own_environment()).run()


def _info(name: str) -> dict[str, str]:
    path = PODINFO / name
    return read_podinfo(path.read_text()) if path.exists() else {}


async def _first_roots(agent: Agent, ready: asyncio.Event) -> None:
    """Believe what the file says until there is a certificate: who starts while roots change may read a former version,
    which the kubelet replaces."""
    clock = SystemClock()
    while not ready.is_set():
        await clock.sleep(_LOOK)
        if not ready.is_set():
            await agent.trust(TrustBundle.parse(_roots()))


def _roots() -> bytes:
    try:
        return ROOTS.read_bytes()
    except OSError as error:
        fix = "the control plane writes the ConfigMap istio-ca-root-cert into each namespace: is it running?"
        raise LateenError(f"cannot read the mesh's root certificates: {error}", fix) from None


async def _token(_: WorkloadRef) -> str:
    """The pod's own token; the kubelet renews it."""
    try:
        return await asyncio.to_thread(TOKEN.read_text)
    except OSError as error:
        raise LateenError(f"cannot read the pod's token: {error}") from None

"""A proxy beside a workload that is no pod: what runs on a machine that a WorkloadEntry speaks for.

It reads a folder that `lateen experimental workload entry configure` wrote: `cluster.env`, `mesh.yaml`, `root-cert.pem`
and `istio-token`. The machine's key is made here and stays in memory; the token is read again for every renewal.
"""

import asyncio
import json
import os
import shlex
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from msgspec import structs

from lateen.base.clock import SystemClock
from lateen.base.errors import LateenError
from lateen.base.tasks import cancel, spawn
from lateen.node.agent import Agent
from lateen.node.agent_settings import WorkloadRef
from lateen.node.bootstrap import bootstrap
from lateen.node.capture import PROXY_UID, TABLE, Capture, read_capture, ruleset
from lateen.node.environment import environment
from lateen.node.proxy_facts import ControlPlane, ProxyFacts
from lateen.node.resolvers import nameservers
from lateen.proto.descriptors import envoy_binary
from lateen.runtime.nft import apply_rules
from lateen.runtime.pod_dns import is_on, names_at

_HERE = Path("/proc/self/ns/net")
_RESOLVERS = Path("/etc/resolv.conf")
_ANNOTATIONS = {
    "ISTIO_INBOUND_PORTS": "traffic.sidecar.istio.io/includeInboundPorts",
    "ISTIO_LOCAL_EXCLUDE_PORTS": "traffic.sidecar.istio.io/excludeInboundPorts",
    "ISTIO_OUTBOUND_CIDRS": "traffic.sidecar.istio.io/includeOutboundIPRanges",
}


def read_environment(text: str) -> dict[str, str]:
    """Read `cluster.env`: NAME='value' lines."""
    pairs = (line.partition("=") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: "".join(shlex.split(value)) for name, _, value in pairs}


def machine_facts(env: Mapping[str, str], mesh: Mapping[str, Any], socket: Path, names: bool) -> ProxyFacts:
    """What the bootstrap needs to know of the machine; `names`: it has a resolver whose queries can be taken over.
    Raises LateenError when the folder does not tell."""
    try:
        discovery = mesh["defaultConfig"]["discoveryAddress"]
        host, _, port = discovery.rpartition(":")
        return ProxyFacts(
            pod=env["POD_NAME"],
            namespace=env["POD_NAMESPACE"],
            ip=env["INSTANCE_IP"],
            sds_socket=str(socket),
            service_account=env["SERVICE_ACCOUNT"],
            labels=json.loads(env.get("ISTIO_METAJSON_LABELS", "{}")),
            workload_name=env.get("ISTIO_META_WORKLOAD_NAME", ""),
            cluster_id=env.get("ISTIO_META_CLUSTER_ID", "Kubernetes"),
            network=env.get("ISTIO_META_NETWORK", ""),
            control_plane=ControlPlane(host, int(port)),
            dns_capture=names and is_on(env, "ISTIO_META_DNS_CAPTURE"),
            dns_auto_allocate=is_on(env, "ISTIO_META_DNS_AUTO_ALLOCATE"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise LateenError(f"cluster.env or mesh.yaml does not tell {error}", "write the folder anew") from error


def machine_capture(env: Mapping[str, str], dns_servers: tuple[str, ...] = ()) -> Capture:
    """What is taken over on the machine: all but what it says, and its own calls to the control plane; of queries those
    to `dns_servers`."""
    host = env["CA_ADDR"].rpartition(":")[0]
    said = {name: env[variable] for variable, name in _ANNOTATIONS.items() if env.get(variable)}
    excluded = {"traffic.sidecar.istio.io/excludeOutboundIPRanges": f"{host}/32"}
    return structs.replace(read_capture({**excluded, **said}, env["POD_NAME"]), dns_servers=dns_servers)


async def run_standalone(folder: Path) -> int:
    """Serve the machine's identity, capture its traffic, and run its Envoy until SIGTERM; returns its exit code."""
    env = read_environment((folder / "cluster.env").read_text())
    mesh = yaml.safe_load((folder / "mesh.yaml").read_text())
    run = folder / "run"
    run.mkdir(mode=0o755, exist_ok=True)
    resolvers = nameservers(_RESOLVERS.read_text()) if _RESOLVERS.exists() else []
    facts = machine_facts(env, mesh, run / "sds.sock", names=bool(resolvers))
    (run / "envoy.json").write_text(json.dumps(bootstrap(facts)))

    async def token_for(workload: WorkloadRef) -> str:
        return await asyncio.to_thread((folder / "istio-token").read_text)

    agent = Agent(env["CA_ADDR"], (folder / "root-cert.pem").read_bytes(), token_for, SystemClock())
    await agent.serve(WorkloadRef(facts.namespace, facts.pod, facts.service_account, facts.pod), run / "sds.sock")
    captured: tuple[str, ...] = ()
    if facts.dns_capture:
        await agent.resolve(facts.pod, names_at(_HERE, facts, resolvers))
        captured = tuple(address for address, _ in resolvers)
    await asyncio.to_thread(apply_rules, _HERE, ruleset(machine_capture(env, captured)))
    try:
        return await _envoy(run / "envoy.json", environment(facts))
    finally:
        await asyncio.to_thread(apply_rules, _HERE, f"delete table inet {TABLE}\n")
        await agent.close()


async def _envoy(configuration: Path, env: Mapping[str, str]) -> int:
    """Run Envoy as its own user, which owns the pipe that it logs to."""
    reader, writer = os.pipe()
    os.fchown(writer, PROXY_UID, PROXY_UID)
    command = (str(envoy_binary()), "-c", str(configuration), "--concurrency", "1", "--disable-hot-restart",
               "--local-address-ip-version", "v4", "--file-flush-interval-msec", "1000", "-l", "warning")  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL, stdout=writer, stderr=writer, env=dict(env),
        user=PROXY_UID, group=PROXY_UID, extra_groups=[],
    )  # fmt: skip
    os.close(writer)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, process.terminate)
    logs = spawn(asyncio.to_thread(_copy, reader), name="Envoy's log")
    try:
        return await process.wait()
    finally:
        await cancel(logs)


def _copy(reader: int) -> None:
    with open(reader, "rb", buffering=0) as pipe:
        while data := pipe.read(65536):
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()

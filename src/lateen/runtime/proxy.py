"""The istio-proxy container: its identity, its bootstrap, what it captures, how it starts and drains."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from msgspec import structs

from lateen.base.clock import Clock
from lateen.base.errors import LateenError
from lateen.inject.container import MOUNTS, NAME
from lateen.inject.owner import owner_of
from lateen.node.agent import Agent
from lateen.node.agent_settings import WorkloadRef
from lateen.node.bootstrap import bootstrap
from lateen.node.capture import read_capture, ruleset
from lateen.node.dns_proxy import DnsSettings
from lateen.node.environment import environment
from lateen.node.lifetimes import Lifetimes
from lateen.node.proxy_facts import ControlPlane, ProxyFacts, StatsInclusion
from lateen.runtime.addressing import DNS_IP
from lateen.runtime.inside import Inside
from lateen.runtime.pod_dns import is_on, names_at
from lateen.runtime.proxy_bootstrap import Json, patched, unpatched

ADMIN = "http://127.0.0.1:15000"

SOCKET = f"{MOUNTS['workload-socket']}/socket"
BOOTSTRAP = f"{MOUNTS['istio-envoy']}/envoy-rev.json"

# What the agent inside a container of Istio's would read from its mounts is done by the machine's agent.
AGENT_VOLUMES = frozenset(MOUNTS) - {"istio-data", "istio-podinfo"}

# Requests under way, by connection manager: what a draining proxy waits for.
_ACTIVE = "downstream_rq_active"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxySettings:
    """`envoy`: the binary. `concurrency`: worker threads unless ProxyConfig says otherwise. `drain`: seconds
    that a proxy may take to finish its requests when its pod ends. `patches`: asks how a proxy's bootstrap is patched,
    by the node that it names."""

    envoy: Path
    control_plane: ControlPlane = field(default_factory=ControlPlane)
    istio_version: str = ""
    concurrency: int = 2
    drain: float = 5
    patches: Callable[[Json], Awaitable[list[Json]]] = unpatched


@dataclass(frozen=True, slots=True)
class ProxyLaunch:
    """How a pod's Envoy starts. `mounts`: folder of the machine → path that Envoy sees. `capture`: nftables
    rules for the pod's namespace, "" for none."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    mounts: Mapping[Path, str]
    capture: str


def is_proxy(container: Mapping[str, Any]) -> bool:
    """Whether the container is Istio's proxy: by its name, and an image that is `auto` or a proxyv2."""
    image = container.get("image", "")
    return bool(container["name"] == NAME and (image == "auto" or "proxyv2" in image))


class Proxies:
    """The Envoys of this machine's pods."""

    def __init__(self, agent: Agent, settings: ProxySettings) -> None:
        self.settings = settings
        self._agent = agent
        self._served: set[str] = set()

    async def prepare(
        self, pod: Mapping[str, Any], container: Mapping[str, Any], env: Mapping[str, str], folder: Path, netns: Path
    ) -> ProxyLaunch:
        """Serve the pod's identity and names, and write its bootstrap below `folder`; again after a restart of Envoy.

        `pod` has its status.podIP. Raises LateenError (Invalid for annotations that cannot be read).
        """
        facts = proxy_facts(pod, container, env, self.settings)
        sockets, configuration = folder / "sds", folder / "envoy"
        for made in (folder, sockets, configuration):
            made.mkdir(parents=True, exist_ok=True)
            made.chmod(0o755)
        config = await patched(bootstrap(facts), self.settings.patches, self.settings.envoy)
        (configuration / Path(BOOTSTRAP).name).write_text(json.dumps(config))
        captures_names = facts.kind == "sidecar" and facts.dns_capture
        names = names_at(netns, facts, [(DNS_IP, 53)]) if captures_names else None
        await self._serve(pod, sockets / Path(SOCKET).name, names, Lifetimes.read(env))
        capture = read_capture(facts.annotations, facts.pod)
        if captures_names:
            capture = structs.replace(capture, dns_servers=(DNS_IP,))
        return ProxyLaunch(
            envoy_arguments(self.settings, container, facts),
            {**env, **environment(facts)},
            {sockets: MOUNTS["workload-socket"], configuration: MOUNTS["istio-envoy"]},
            ruleset(capture) if facts.kind == "sidecar" else "",
        )

    def renew(self, uid: str) -> None:
        """Renew the pod's certificate, which says something else of it from now on."""
        self._agent.renew_one(uid)

    async def forget(self, uid: str) -> None:
        """The pod is gone: its identity goes with it."""
        self._served.discard(uid)
        await self._agent.stop(uid)

    async def _serve(self, pod: Mapping[str, Any], path: Path, names: DnsSettings | None, lifetimes: Lifetimes) -> None:
        metadata = pod["metadata"]
        account = pod["spec"].get("serviceAccountName") or "default"
        if metadata["uid"] not in self._served:
            workload = WorkloadRef(metadata["namespace"], metadata["name"], account, metadata["uid"])
            await self._agent.serve(workload, path, lifetimes)
            if names is not None:
                await self._resolve(metadata["uid"], names)
            self._served.add(metadata["uid"])

    async def _resolve(self, uid: str, names: DnsSettings) -> None:
        try:
            await self._agent.resolve(uid, names)
        except OSError as error:
            await self._agent.stop(uid)
            raise LateenError(f"the pod's DNS queries cannot be answered: {error}") from error


def proxy_facts(
    pod: Mapping[str, Any], container: Mapping[str, Any], env: Mapping[str, str], settings: ProxySettings
) -> ProxyFacts:
    """What the bootstrap needs to know of the pod; what injection wrote into `env` counts."""
    metadata, owner = pod["metadata"], owner_of(pod["metadata"])
    return ProxyFacts(
        pod=metadata["name"],
        namespace=metadata["namespace"],
        ip=pod["status"]["podIP"],
        sds_socket=SOCKET,
        kind="router" if "router" in container.get("args", ()) else "sidecar",
        service_account=pod["spec"].get("serviceAccountName") or "default",
        labels=metadata.get("labels") or {},
        annotations=metadata.get("annotations") or {},
        workload_name=env.get("ISTIO_META_WORKLOAD_NAME") or owner.name,
        owner=env.get("ISTIO_META_OWNER") or owner.reference(metadata["namespace"]),
        node_name=pod["spec"].get("nodeName", ""),
        app_containers=tuple(item["name"] for item in pod["spec"]["containers"] if item["name"] != NAME),
        cluster_id=env.get("ISTIO_META_CLUSTER_ID", "Kubernetes"),
        mesh_id=env.get("ISTIO_META_MESH_ID", "cluster.local"),
        trust_domain=env.get("TRUST_DOMAIN", "cluster.local"),
        istio_version=settings.istio_version,
        proxy_config=_proxy_config(env),
        control_plane=settings.control_plane,
        stats=_stats(metadata.get("annotations") or {}, _proxy_config(env)),
        dns_capture=is_on(env, "ISTIO_META_DNS_CAPTURE"),
        dns_auto_allocate=is_on(env, "ISTIO_META_DNS_AUTO_ALLOCATE"),
    )


def _stats(annotations: Mapping[str, str], config: Mapping[str, Any]) -> StatsInclusion:
    """Which statistics the pod asks for beyond Istio's, and those that draining looks at."""
    matcher = config.get("proxyStatsMatcher") or {}

    def asked(field: str, annotation: str) -> tuple[str, ...]:
        said = annotations.get(f"sidecar.istio.io/{annotation}", "").split(",")
        return (*(matcher.get(field) or ()), *(one.strip() for one in said if one.strip()))

    return StatsInclusion(
        asked("inclusionPrefixes", "statsInclusionPrefixes"),
        (_ACTIVE, *asked("inclusionSuffixes", "statsInclusionSuffixes")),
        asked("inclusionRegexps", "statsInclusionRegexps"),
    )


def _proxy_config(env: Mapping[str, str]) -> dict[str, Any]:
    config = json.loads(env.get("PROXY_CONFIG") or "{}")
    return config if isinstance(config, dict) else {}


def envoy_arguments(settings: ProxySettings, container: Mapping[str, Any], facts: ProxyFacts) -> tuple[str, ...]:
    """The command that starts a proxy whose bootstrap stands at BOOTSTRAP; the container's arguments count."""
    options = dict(
        argument.removeprefix("--").split("=", 1)
        for argument in container.get("args", ())
        if argument.startswith("--") and "=" in argument
    )
    asked = facts.proxy_config.get("concurrency")
    concurrency = settings.concurrency if asked is None else int(asked)
    return (
        str(settings.envoy),
        *("-c", BOOTSTRAP),
        # Without it: one thread for each of the machine's.
        *(("--concurrency", str(concurrency)) if concurrency else ()),
        *("--drain-time-s", str(max(round(settings.drain), 1))),
        *("--drain-strategy", "immediate"),
        *("--local-address-ip-version", "v4"),
        *("--file-flush-interval-msec", "1000"),
        "--disable-hot-restart",
        *("-l", options.get("proxyLogLevel", "warning")),
        *("--component-log-level", options.get("proxyComponentLogLevel", "misc:error")),
    )


async def drain(inside: Inside, role: str, clock: Clock, seconds: float) -> None:
    """Let the proxy take nothing new and wait until no request is under way, for `seconds` at most.

    A sidecar closes its inbound side only: the application may still call others to finish its requests.
    An Envoy that is gone or does not answer is drained.
    """
    deadline = clock.monotonic() + seconds
    scope = "" if role == "router" else "inboundonly&"
    with suppress(aiohttp.ClientError, TimeoutError, OSError):
        await inside.http("POST", f"{ADMIN}/drain_listeners?{scope}graceful", seconds=1)
        idle = 0
        while idle < 2 and clock.monotonic() < deadline:
            _, stats = await inside.http("GET", f"{ADMIN}/stats?filter={_ACTIVE}$", seconds=1)
            idle = idle + 1 if not active_requests(stats.splitlines(), role) else 0
            await clock.sleep(0.05)


def active_requests(stats: Sequence[str], role: str) -> int:
    """Count the requests under way in lines `http.<prefix>.downstream_rq_active: <n>`.

    A sidecar's are those of its inbound side; a gateway's all but those for Envoy's own pages.
    """
    count = 0
    for line in stats:
        name, _, value = line.partition(": ")
        prefix = name.removeprefix("http.").removesuffix(_ACTIVE).rstrip(".;")
        own_page = prefix in ("admin", "stats", "ready")
        counts = not own_page if role == "router" else prefix.lower().startswith("inbound")
        if name.startswith("http.") and counts:
            count += int(value)
    return count

"""A pod's place on the machine: its network, its sandbox, and what reaches into them."""

import asyncio
import logging
import shutil
from collections.abc import Sequence

from lateen.base.errors import LateenError
from lateen.base.tasks import spawn
from lateen.runtime import netns
from lateen.runtime.inside import Inside
from lateen.runtime.launch import Launcher
from lateen.runtime.machine import Json, Machine
from lateen.runtime.network import PodNetwork
from lateen.runtime.sandbox import Process, Sandbox, SandboxSpec

_log = logging.getLogger(__name__)


class Home:
    """Made by `open`, gone after `close`; both may be called again."""

    def __init__(self, machine: Machine, pod: Json) -> None:
        self._machine = machine
        self._pod = pod
        self._uid = pod["metadata"]["uid"]
        self._adding: asyncio.Task[PodNetwork] | None = None
        self._network: PodNetwork | None = None
        self._sandbox: Sandbox | None = None
        self._launcher: Launcher | None = None
        self._making = asyncio.Lock()
        self.inside: Inside | None = None

    @property
    def ip(self) -> str:
        """The pod's address; "" until the sandbox stands."""
        return self._network.ip if self._network and self._sandbox else ""

    async def open(self) -> None:
        """Make network and sandbox; tries again until both stand."""
        pause = 0.1
        while True:
            try:
                return await self._make()
            except (LateenError, OSError) as error:
                name = self._pod["metadata"]["name"]
                _log.warning("pod %s has no sandbox yet, again in %g s: %s", name, pause, error)
                await self.close()
            await self._machine.clock.sleep(pause)
            pause = min(pause * 2, 5.0)

    async def spawn(self, container: Json, run: int) -> Process:
        """Start the container's process, run number `run`. Raises LateenError.

        A sandbox whose first process was killed is made anew first: the pod comes back, with another address.
        """
        async with self._making:
            if self._sandbox is not None and self._sandbox.gone.is_set():
                await self.close()
                await self.open()
        if self._sandbox is None or self._launcher is None:
            raise LateenError("the pod has no sandbox")
        return await self._sandbox.spawn(await self._launcher.prepare(container, run))

    async def exec(self, argv: Sequence[str], beside: Process | None) -> int:
        """Run a command in the container of process `beside`; returns its exit code, 1 when none runs."""
        if self._sandbox is None or beside is None:
            return 1
        return (await self._sandbox.exec(argv, beside)).code

    async def stream(
        self, argv: Sequence[str], beside: Process, stdio: tuple[int, int, int], *, terminal: bool = False
    ) -> Process:
        """Start a command in the container of process `beside`, on the given descriptors. Raises LateenError."""
        if self._sandbox is None:
            raise LateenError("the pod has no sandbox")
        env = {"TERM": "xterm"} if terminal else None
        return await self._sandbox.stream(argv, beside, stdio, env, terminal=terminal)

    async def refresh(self) -> None:
        """Bring the mounted ConfigMaps, Secrets and tokens up to date."""
        if self._launcher is not None:
            await self._launcher.volumes.refresh(self._pod)

    async def close(self) -> None:
        """Kill what runs; take sandbox, network, identity and volumes away, whatever of them there is."""
        if self.inside is not None:
            await self.inside.close()
        if self._sandbox is not None:
            await self._sandbox.delete()
        if self._adding is not None:
            # Cancelled in between, its thread goes on: what it adds must not be left behind.
            await asyncio.wait({self._adding})
            await asyncio.to_thread(self._machine.network.remove_pod, self._uid)
        self._adding = self._network = self._sandbox = self._launcher = self.inside = None
        await self._machine.proxies.forget(self._uid)
        shutil.rmtree(self._machine.folder(self._uid), ignore_errors=True)

    async def _make(self) -> None:
        spec, metadata = self._pod["spec"], self._pod["metadata"]
        # Tokens and Secrets lie below: other users of the machine stay out.
        self._machine.folder(self._uid).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if spec.get("hostNetwork"):
            raise LateenError("a pod on the node's own network is not known here", "remove spec.hostNetwork")
        adding = asyncio.to_thread(self._machine.network.add_pod, self._uid)
        self._adding = spawn(adding, name=f"network of pod {metadata['name']}")
        network = self._network = await asyncio.shield(self._adding)
        for sysctl in (spec.get("securityContext") or {}).get("sysctls") or ():
            netns.write_sysctl(network.path, sysctl["name"], sysctl["value"])
        self._sandbox = await self._machine.sandboxes.create(
            SandboxSpec(
                name=metadata["name"],
                namespace=metadata["namespace"],
                ip=network.ip,
                netns=network.path,
                uid=network.uid,
                hosts={item["ip"]: item["hostnames"] for item in spec.get("hostAliases") or ()},
            )
        )
        self._launcher = Launcher(self._machine, self._pod, network)
        self.inside = Inside(network.ip, lambda: netns.tcp_socket_in(network.path))

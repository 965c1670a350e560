"""One pod's life, and an end in which no request is lost.

Pending: network and sandbox, then init containers one by one (one with restartPolicy Always stays, and the
next waits until it is started), then the containers all at once: Running, until they are done for good:
Succeeded or Failed. Deleted: its endpoint leaves (the controllers), no proxy sends to it any more
(`drained`), its own proxy finishes what is under way, preStop, SIGTERM, grace, SIGKILL, then the sidecars,
the last first; then the object goes.
"""

import asyncio
import logging
import shutil
from collections.abc import Sequence
from functools import partial
from typing import cast

import aiohttp

from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn
from lateen.kinds.all import by_kind
from lateen.runtime.container import Container, RestartPolicy, Surroundings
from lateen.runtime.home import Home
from lateen.runtime.logs import log_folder
from lateen.runtime.machine import Json, Machine
from lateen.runtime.pod_status import PodState
from lateen.runtime.probes import Target
from lateen.runtime.proxy import drain, is_proxy
from lateen.runtime.report import Report
from lateen.sources.client import ApiError

_log = logging.getLogger(__name__)

# Seconds that a deleted pod waits, at most, for the proxies of others to let go of it.
DRAINED_WITHIN = 5.0
# Seconds between looks at the ConfigMaps, Secrets and tokens that a pod has mounted.
REFRESH = 60.0
_GRACE = 30


class PodWorker:
    """Looks after one pod from its first sight to its removal."""

    def __init__(self, pod: Json, machine: Machine) -> None:
        self.pod = pod
        self.home = Home(machine, pod)
        self._machine = machine
        self._ending = asyncio.Event()
        self._vanished = False
        self._began = machine.clock.now()
        self._report = Report(machine.client, machine.clock, pod, self._state)
        policy = cast(RestartPolicy, pod["spec"].get("restartPolicy", "Always"))
        once: RestartPolicy = "Never" if policy == "Never" else "OnFailure"
        self.inits = [
            self._container(spec, "Always" if spec.get("restartPolicy") == "Always" else once)
            for spec in pod["spec"].get("initContainers") or ()
        ]
        self.apps = [self._container(spec, policy) for spec in pod["spec"]["containers"]]
        self.update(pod)

    @property
    def key(self) -> Key:
        return Key(self.pod["metadata"]["namespace"], self.pod["metadata"]["name"])

    def container(self, name: str) -> Container | None:
        """The container `name`, init containers included."""
        return next((item for item in (*self.apps, *self.inits) if item.spec["name"] == name), None)

    def update(self, pod: Json) -> None:
        """Take a newer version of the object; a deletion begins the end."""
        if pod["metadata"].get("labels") != self.pod["metadata"].get("labels"):
            spawn(self._machine.relabelled(pod), name=f"certificate of pod {self.key}")
        self.pod = pod
        if "deletionTimestamp" in pod["metadata"]:
            self._ending.set()

    def vanish(self) -> None:
        """The object is gone, deleted by force: end without grace, also when an end with grace has begun."""
        self._vanished = True
        self._ending.set()
        spawn(self._kill(), name=f"end of pod {self.key}")

    async def run(self) -> None:
        """Live until deleted; when cancelled, everything of the pod is killed and its object stays."""
        living = spawn(self._live(), name=f"life of pod {self.key}")
        reporting = spawn(self._report.run(), name=f"status of pod {self.key}")
        refreshing = spawn(self._refresh(), name=f"volumes of pod {self.key}")
        try:
            await self._ending.wait()
            await cancel(living)
            await self._terminate()
        finally:
            await cancel(living, reporting, refreshing)
            await self._kill()
            await self.home.close()
        await self._remove_object()

    def _container(self, spec: Json, policy: RestartPolicy) -> Container:
        async def run_command(argv: Sequence[str]) -> int:
            return await self.home.exec(argv, made.process)

        target = Target(spec, lambda: self.home.inside, run_command)
        start = partial(self.home.spawn, spec)
        around = Surroundings(start, target, self._report.changed, self._machine.clock, self._tell)
        made = Container(spec, policy, around, _runs_before(self.pod, spec["name"]))
        return made

    def _tell(self, reason: str, message: str, warning: bool) -> None:
        self._machine.tell(self.pod, reason, message, warning)

    async def _live(self) -> None:
        if (self.pod.get("status") or {}).get("phase") in ("Succeeded", "Failed"):
            return
        self._tell("Scheduled", f"Successfully assigned {self.key} to {self._machine.node}", False)
        await self.home.open()
        self._report.changed()
        if await self._initialized():
            for container in self.apps:
                container.start()
            for container in self.apps:
                await container.finished.wait()
        await self._stop_inits(self._machine.clock.monotonic() + _GRACE)

    async def _initialized(self) -> bool:
        """Run the init containers in order; False when one failed for good."""
        for container in self.inits:
            container.start()
            if container.stays:
                await container.started.wait()
                continue
            await container.finished.wait()
            if not container.status.succeeded:
                return False
        return True

    async def _refresh(self) -> None:
        while True:
            await self._machine.clock.sleep(REFRESH)
            try:
                await self.home.refresh()
            except (LateenError, OSError, aiohttp.ClientError, TimeoutError) as error:
                _log.warning("the volumes of pod %s are not refreshed: %s", self.key, error)

    async def _terminate(self) -> None:
        clock = self._machine.clock
        metadata = self.pod["metadata"]
        grace = 0.0 if self._vanished else float(metadata.get("deletionGracePeriodSeconds", _GRACE))
        deadline = clock.monotonic() + grace
        if grace and any(container.pid for container in self.apps):
            await self._leave(grace)
        left = max(deadline - clock.monotonic(), 0)
        await asyncio.gather(*(container.stop(left) for container in self.apps))
        await self._stop_inits(deadline)

    async def _leave(self, grace: float) -> None:
        """No new request comes, and those under way are answered."""
        try:
            async with asyncio.timeout(min(DRAINED_WITHIN, grace / 2)):
                await self._machine.drained(self.pod)
        except TimeoutError:
            _log.warning("pod %s ends although some proxy may still send to it", self.key)
        for container in (*self.apps, *self.inits):
            if is_proxy(container.spec) and container.pid and self.home.inside is not None:
                role = "router" if "router" in container.spec.get("args", ()) else "sidecar"
                seconds = min(self._machine.proxies.settings.drain, grace / 2)
                await drain(self.home.inside, role, self._machine.clock, seconds)

    async def _kill(self) -> None:
        await asyncio.gather(*(container.stop(0) for container in (*self.apps, *self.inits)))

    async def _stop_inits(self, deadline: float) -> None:
        """Sidecars, the last first; and an init container that was interrupted."""
        for container in reversed(self.inits):
            await container.stop(max(deadline - self._machine.clock.monotonic(), 0))

    async def _remove_object(self) -> None:
        """Tell the API server that nothing of the pod is left."""
        uid = self.pod["metadata"]["uid"]
        shutil.rmtree(log_folder(self._machine.logs, *self.key, uid), ignore_errors=True)
        while not self._vanished:
            try:
                await self._machine.client.delete(by_kind("Pod"), self.key, grace_seconds=0, uid=uid)
                return
            except (ApiError, aiohttp.ClientError, OSError, TimeoutError) as error:
                if isinstance(error, ApiError) and error.code in (404, 409):
                    return
                _log.warning("pod %s is gone but its object is not, again in 1 s: %s", self.key, error)
            await self._machine.clock.sleep(1)

    def _state(self) -> PodState:
        return PodState(
            inits=[container.status for container in self.inits if not container.stays],
            sidecars=[container.status for container in self.inits if container.stays],
            apps=[container.status for container in self.apps],
            init_order=[container.status.name for container in self.inits],
            ip=self.home.ip,
            host_ip=self._machine.ip,
            start=self._began,
        )


def _runs_before(pod: Json, name: str) -> int:
    """How often the container was started in a former life of the pod (the mesh was down in between)."""
    status = pod.get("status") or {}
    known = (*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ()))
    return sum(item["restartCount"] + 1 for item in known if item["name"] == name and item.get("started"))

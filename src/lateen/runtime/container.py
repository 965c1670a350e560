"""Keep one container of a pod as its spec wants it: start it, follow its health, start it again, stop it."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from lateen.base.clock import Clock
from lateen.base.errors import LateenError
from lateen.base.tasks import cancel, spawn
from lateen.runtime.backoff import Backoff
from lateen.runtime.environment import MissingReference
from lateen.runtime.health import Check, follow_readiness, until_dead, until_started
from lateen.runtime.images import ImageNotMapped
from lateen.runtime.pod_status import ContainerStatus, Running, Terminated, Waiting
from lateen.runtime.probes import Target, Timing, probe
from lateen.runtime.sandbox import Process

RestartPolicy = Literal["Always", "OnFailure", "Never"]

# After preStop has used up the grace, SIGTERM still gets this long (seconds), as in Kubernetes.
LEAST_GRACE = 2.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a container needs of its pod: how to start its process (given the number of restarts so far),
    where to probe it, whom to tell when its status changed, and what people are told of it (reason, message, whether
    it is a warning)."""

    start: Callable[[int], Awaitable[Process]]
    target: Target
    changed: Callable[[], None]
    clock: Clock
    tell: Callable[[str, str, bool], None] = lambda reason, message, warning: None


class Container:
    """One container's life. `started`: its startup probe succeeded once; `finished`: it is done for good."""

    def __init__(
        self, spec: Mapping[str, Any], policy: RestartPolicy, surroundings: Surroundings, restarts: int = 0
    ) -> None:
        self.spec = spec
        self.status = ContainerStatus(spec["name"], spec["image"], restarts=restarts)
        self.started = asyncio.Event()
        self.finished = asyncio.Event()
        self._policy = policy
        self._around = surroundings
        self._backoff = Backoff()
        self.process: Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def stays(self) -> bool:
        """Whether it is an init container that runs beside the others (a native sidecar)."""
        return self.spec.get("restartPolicy") == "Always"

    @property
    def pid(self) -> int:
        """The running process's id; 0 when none runs."""
        return self.process.pid if self.process else 0

    def start(self) -> None:
        """Begin to keep it running."""
        self._task = spawn(self._run(), name=f"container {self.spec['name']}")

    async def stop(self, grace: float) -> None:
        """preStop, SIGTERM, up to `grace` seconds in all, SIGKILL; returns when the process is gone."""
        self._stopping = True
        if (process := self.process) is None:
            await cancel(self._task)
        else:
            await self._end(process, grace)
        if self._task is not None:
            await asyncio.wait({self._task})
        self._finish()

    async def _run(self) -> None:
        while True:
            process = await self._launched()
            ran = await self._live(process)
            if self._stopping or not self._again():
                break
            await self._rest(self._backoff.after(ran))
            self.status.restarts += 1
        self._finish()

    async def _launched(self) -> Process:
        """Start the process; what is missing is waited for, quickly at first."""
        pause = 0.05
        while True:
            try:
                process = await self._around.start(self.status.restarts)
                self._around.tell("Started", f"Started container {self.spec['name']}", False)
                return process
            except (LateenError, OSError) as error:
                self._wait(_reason(error), _words(error))
                self._around.tell("Failed", f"Error: {_words(error)}", True)
            await self._around.clock.sleep(pause)
            pause = min(pause * 2, 1.0)

    async def _live(self, process: Process) -> float:
        """See the process through to its end; returns how long it ran, in seconds."""
        begun = self._around.clock.now()
        self.process = process
        self.status.state = Running(begun)
        self._around.changed()
        health = spawn(self._follow(process), name=f"health of {self.spec['name']}")
        try:
            code = await process.wait()
        finally:
            self.process = None
            await cancel(health)
        now = self._around.clock.now()
        self.status.state = Terminated(code if code >= 0 else 128 - code, begun, now)
        self.status.started = self.status.ready = False
        self._around.changed()
        return now - begun

    async def _follow(self, process: Process) -> None:
        """Started, then ready and alive; a probe that fails for good ends the process."""
        if not await self._begun():
            await self._end(process, LEAST_GRACE)
            return
        self.status.started = True
        self.started.set()
        if not self.spec.get("readinessProbe"):
            self.status.ready = True
        self._around.changed()
        await asyncio.gather(self._keep_ready(), self._keep_alive(process))

    async def _begun(self) -> bool:
        """Its postStart hook and its startup probe, where there are any, succeeded."""
        hook, startup = (self.spec.get("lifecycle") or {}).get("postStart"), self.spec.get("startupProbe")
        if hook and await self._handle(hook, 60):
            return False
        if startup:
            check = self._check("Startup", startup)
            return not await until_started(check, Timing.of(startup), self._around.clock)
        return True

    async def _keep_ready(self) -> None:
        if spec := self.spec.get("readinessProbe"):
            check, timing = self._check("Readiness", spec), Timing.of(spec)
            await follow_readiness(check, timing, self._around.clock, self._say_ready)

    def _check(self, kind: str, spec: Mapping[str, Any]) -> Check:
        """One probe; people are told when it fails."""

        async def check() -> str:
            if wrong := await probe(spec, self._around.target):
                self._around.tell("Unhealthy", f"{kind} probe failed: {wrong}", True)
            return wrong

        return check

    def _say_ready(self, ready: bool) -> None:
        self.status.ready = ready
        self._around.changed()

    async def _keep_alive(self, process: Process) -> None:
        if spec := self.spec.get("livenessProbe"):
            check, timing = self._check("Liveness", spec), Timing.of(spec)
            await until_dead(check, timing, self._around.clock)
            await self._end(process, 30)

    async def _end(self, process: Process, grace: float) -> None:
        """Ask the process to end, insist after `grace` seconds; `_live` sees it end."""
        clock = self._around.clock
        begun = clock.monotonic()
        self._around.tell("Killing", f"Stopping container {self.spec['name']}", False)
        if grace and (hook := (self.spec.get("lifecycle") or {}).get("preStop")):
            await self._handle(hook, grace)
        left = max(grace - (clock.monotonic() - begun), LEAST_GRACE if grace else 0)
        _signal(process, signal.SIGTERM)
        insist = spawn(self._insist(process, left), name=f"grace of {self.spec['name']}")
        try:
            await process.wait()
        finally:
            await cancel(insist)

    async def _insist(self, process: Process, after: float) -> None:
        await self._around.clock.sleep(after)
        _signal(process, signal.SIGKILL)

    async def _handle(self, hook: Mapping[str, Any], seconds: float) -> str:
        """Carry out a lifecycle hook; "" or what went wrong."""
        if sleep := hook.get("sleep"):
            await self._around.clock.sleep(min(sleep["seconds"], seconds))
            return ""
        return await probe({**hook, "timeoutSeconds": seconds}, self._around.target)

    def _again(self) -> bool:
        ended_well = isinstance(self.status.state, Terminated) and self.status.state.code == 0
        return self._policy == "Always" or (self._policy == "OnFailure" and not ended_well)

    async def _rest(self, delay: float) -> None:
        self.status.last = self.status.state
        if delay:
            self._wait("CrashLoopBackOff", f"back-off {delay:g}s restarting failed container")
            self._around.tell("BackOff", f"Back-off restarting failed container {self.spec['name']}", True)
            await self._around.clock.sleep(delay)

    def _wait(self, reason: str, message: str) -> None:
        self.status.state = Waiting(reason, message)
        self._around.changed()

    def _finish(self) -> None:
        self.status.done = True
        self.finished.set()
        self._around.changed()


def _signal(process: Process, number: int) -> None:
    with suppress(ProcessLookupError):
        process.signal(number)


def _reason(error: Exception) -> str:
    if isinstance(error, ImageNotMapped):
        return "ImageNotMapped"
    return "CreateContainerConfigError" if isinstance(error, MissingReference) else "RunContainerError"


def _words(error: Exception) -> str:
    return f"{error}; {error.fix}" if isinstance(error, LateenError) and error.fix else str(error)

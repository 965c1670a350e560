import asyncio
import sys

import pytest

from lateen.base.clock import SystemClock
from lateen.base.errors import LateenError
from lateen.base.tasks import until
from lateen.runtime.container import Container, Surroundings
from lateen.runtime.environment import MissingReference
from lateen.runtime.images import ImageNotMapped
from lateen.runtime.pod_status import Running, Terminated, Waiting
from lateen.runtime.probes import Target

_BACK_OFF = "back-off 1s restarting failed container"


class Plain:
    """A process without any sandbox."""

    def __init__(self, process):
        self._process, self.pid = process, process.pid

    async def wait(self):
        return await self._process.wait()

    def signal(self, number):
        self._process.send_signal(number)


class Stage:
    """Starts what `code` says, and remembers every start."""

    def __init__(self, inside):
        self.code, self.runs, self.error = "import time; time.sleep(60)", [], None
        self.processes = []
        self.changes, self.inside = 0, inside

    async def start(self, run):
        if self.error is not None:
            raise self.error
        self.runs.append(run)
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", self.code)
        self.processes.append(process)
        return Plain(process)

    async def close(self):
        for process in self.processes:
            if process.returncode is None:
                process.kill()
            await process.wait()
            process._transport.close()

    def changed(self):
        self.changes += 1

    def container(self, policy="Always", restarts=0, **spec):
        async def execute(argv):
            process = await asyncio.create_subprocess_exec(*argv)
            self.processes.append(process)
            return await process.wait()

        spec = {"name": "app", "image": "app:1", **spec}
        target = Target(spec, lambda: self.inside, execute)
        return Container(spec, policy, Surroundings(self.start, target, self.changed, SystemClock()), restarts)


@pytest.fixture
async def stage(inside):
    made = Stage(inside)
    yield made
    await made.close()


async def wait(condition, what="the container"):
    await until(condition, seconds=10, what=what, every=0.005)


async def test_container_without_probes_is_ready_once_it_runs(stage):
    container = stage.container()
    container.start()
    await wait(lambda: container.status.ready)
    assert isinstance(container.status.state, Running)
    assert container.status.started
    await container.stop(5)
    assert isinstance(container.status.state, Terminated)
    assert container.status.state.code == 143
    assert container.pid == 0


async def test_killed_process_is_started_again_at_once(stage):
    container = stage.container()
    container.start()
    await wait(lambda: container.pid)
    first = container.pid
    container.process.signal(9)
    await wait(lambda: container.pid not in (0, first))
    await wait(lambda: container.status.ready)
    assert container.status.restarts == 1
    assert container.status.last.code == 137
    assert stage.runs == [0, 1]
    await container.stop(0)


async def test_crash_loop_backs_off(stage):
    stage.code = "raise SystemExit(3)"
    container = stage.container()
    container.start()
    await wait(lambda: container.status.state == Waiting("CrashLoopBackOff", _BACK_OFF))
    assert container.status.last.code == 3
    assert stage.runs == [0, 1]
    await container.stop(5)
    assert container.finished.is_set()


@pytest.mark.parametrize(
    ("policy", "code", "runs"), [("Never", 1, [0]), ("OnFailure", 0, [0])], ids=["never", "succeeded"]
)
async def test_restart_policy_ends_it(stage, policy, code, runs):
    stage.code = f"raise SystemExit({code})"
    container = stage.container(policy)
    container.start()
    await asyncio.wait_for(container.finished.wait(), 10)
    assert container.status.done
    assert container.status.succeeded is (code == 0)
    assert stage.runs == runs


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ImageNotMapped("x/web:1"), "ImageNotMapped"),
        (MissingReference("secret not found"), "CreateContainerConfigError"),
        (LateenError("no such program"), "RunContainerError"),
    ],
    ids=["image", "reference", "program"],
)
async def test_what_is_missing_is_shown_and_waited_for(stage, error, reason):
    stage.error = error
    container = stage.container()
    container.start()
    await wait(lambda: container.status.state.reason == reason)
    assert str(error) in container.status.state.message
    stage.error = None
    await wait(lambda: container.status.ready)
    assert container.status.restarts == 0
    await container.stop(0)


async def test_readiness_follows_its_probe(stage, http_server):
    spec = {"httpGet": {"port": http_server.port, "path": "/200"}, "periodSeconds": 1}
    container = stage.container(readinessProbe=spec)
    container.start()
    await wait(lambda: container.status.ready)
    assert container.started.is_set()
    await container.stop(0)


async def test_failing_startup_probe_restarts(stage):
    probe = {"tcpSocket": {"port": 1}, "periodSeconds": 0.05, "failureThreshold": 1}
    container = stage.container(startupProbe=probe)
    container.start()
    await wait(lambda: len(stage.runs) > 1)
    assert not container.started.is_set()
    await container.stop(0)


async def test_failing_liveness_probe_restarts(stage, tmp_path):
    probe = {
        "exec": {"command": ["test", "!", "-e", str(tmp_path / "dead")]},
        "periodSeconds": 0.05,
        "failureThreshold": 1,
    }
    container = stage.container(livenessProbe=probe)
    container.start()
    await wait(lambda: container.status.ready)
    (tmp_path / "dead").touch()
    await wait(lambda: len(stage.runs) > 1)
    await container.stop(0)


async def test_pre_stop_comes_before_the_signal(stage, tmp_path):
    hook = {"preStop": {"exec": {"command": ["touch", str(tmp_path / "stopping")]}}}
    container = stage.container(lifecycle=hook)
    container.start()
    await wait(lambda: container.status.ready)
    await container.stop(5)
    assert (tmp_path / "stopping").exists()


async def test_process_that_ignores_the_signal_is_killed_after_the_grace(stage, tmp_path):
    stage.code = (
        "import pathlib, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"pathlib.Path({str(tmp_path / 'up')!r}).touch(); time.sleep(60)"
    )
    container = stage.container()
    container.start()
    await wait((tmp_path / "up").exists)
    await container.stop(0.05)
    assert container.status.state.code == 137


async def test_count_of_restarts_goes_on_from_a_former_life(stage):
    container = stage.container(restarts=4)
    container.start()
    await wait(lambda: container.pid)
    assert stage.runs == [4]
    await container.stop(0)


async def test_container_that_never_began_can_be_stopped(stage):
    container = stage.container()
    await container.stop(1)
    assert container.finished.is_set()

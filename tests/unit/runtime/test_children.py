"""The mesh's own processes are kept running until they are told to end."""

import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from lateen.app.settings import child_environment
from lateen.base.clock import FakeClock, SystemClock
from lateen.base.tasks import until
from lateen.runtime.children import Child, Program
from lateen.runtime.leftovers import Journal, entries, started

# Stands for the package in a child: `python -m lateen <behaviour>` runs this instead.
LATEEN = """
import os, signal, sys
print("started", *sys.argv[1:], flush=True)
if sys.argv[1] == "stubborn":
    signal.signal(signal.SIGTERM, lambda *_: print("no", flush=True))
if sys.argv[1] == "orderly":
    signal.signal(signal.SIGTERM, lambda *_: (print("bye", flush=True), os._exit(0)))
if sys.argv[1] == "fails":
    raise SystemExit(3)
if sys.argv[1] == "reads":
    print(os.read(int(sys.argv[2]), 100).decode(), flush=True)
while True:
    signal.pause()
"""


class Nursery:
    """Makes children that run LATEEN."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "child.log"
        self.journal = folder / "journal"
        self.made: list[Child] = []
        (folder / "lateen").mkdir()
        (folder / "lateen" / "__init__.py").touch()
        (folder / "lateen" / "__main__.py").write_text(LATEEN)

    def child(self, *arguments: str, clock: SystemClock | FakeClock | None = None, fds: tuple[int, ...] = ()) -> Child:
        env = child_environment() | {"PYTHONPATH": str(self.folder), "SECRET_OF_OURS": "given"}
        program = Program("child", arguments, fds)
        self.made.append(Child(program, self.log, env, Journal(self.journal), clock or SystemClock()))
        self.made[-1].start()
        return self.made[-1]

    def said(self, text: str) -> int:
        return self.log.read_text().count(text) if self.log.exists() else 0


@pytest.fixture
async def nursery(tmp_path: Path) -> AsyncIterator[Nursery]:
    made = Nursery(tmp_path)
    yield made
    for child in made.made:
        if child.pid:
            os.kill(child.pid, signal.SIGKILL)
        await child.stop()


async def seen(look: Callable[[], object], what: str) -> None:
    await until(look, seconds=20, what=what)


def alive(pid: int) -> bool:
    try:
        started(pid)
    except ProcessLookupError:
        return False
    return True


async def test_a_child_runs_its_program_and_logs_to_its_file(nursery: Nursery) -> None:
    child = nursery.child("orderly", "now")
    await seen(lambda: nursery.said("started orderly now\n"), "the child")
    assert alive(child.pid)


async def test_a_child_is_in_the_journal_for_who_cleans_up_after_a_crash(nursery: Nursery) -> None:
    child = nursery.child("orderly")
    await seen(lambda: nursery.said("started"), "the child")
    (entry,) = entries(nursery.journal)
    assert entry[0] == "process" and entry[1].split()[:2] == [str(child.pid), started(child.pid)]


async def test_a_killed_child_is_started_again_at_once(nursery: Nursery) -> None:
    child = nursery.child("orderly", clock=FakeClock())
    await seen(lambda: nursery.said("started"), "the child")
    pid = child.pid
    os.kill(pid, signal.SIGKILL)
    await seen(lambda: nursery.said("started") == 2 and child.pid not in (0, pid), "the child again")


async def test_a_child_that_keeps_failing_is_started_less_and_less_often(nursery: Nursery) -> None:
    clock = FakeClock()
    child = nursery.child("fails", clock=clock)

    async def started_and_ended(count: int) -> None:
        await seen(lambda: nursery.said("started") == count and not child.pid, f"start {count}")

    await started_and_ended(2)
    for count, pause in ((3, 0.8), (4, 1.6), (5, 3.2), (6, 5.0), (7, 5.0)):
        await seen(lambda: clock.sleeping, "the pause")
        clock.advance(pause - 0.01)
        assert clock.sleeping
        clock.advance(0.02)
        await started_and_ended(count)


async def test_stop_lets_a_child_end_in_order(nursery: Nursery) -> None:
    child = nursery.child("orderly")
    await seen(lambda: nursery.said("started"), "the child")
    pid = child.pid
    await child.stop()
    assert (nursery.said("bye"), child.pid, alive(pid)) == (1, 0, False)
    assert nursery.said("started") == 1


async def test_stop_ends_a_stubborn_child_by_force(nursery: Nursery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lateen.runtime.children.GRACE_SECONDS", 0.2)
    child = nursery.child("stubborn")
    await seen(lambda: nursery.said("started"), "the child")
    pid = child.pid
    await child.stop()
    assert (nursery.said("no"), child.pid, alive(pid)) == (1, 0, False)


async def test_stopping_what_never_started_or_has_stopped_is_nothing(nursery: Nursery) -> None:
    idle = Child(Program("idle", ()), nursery.log, {}, Journal(nursery.journal), SystemClock())
    await idle.stop()
    child = nursery.child("orderly")
    await seen(lambda: nursery.said("started"), "the child")
    await child.stop()
    await child.stop()


async def test_a_child_gets_the_sockets_it_is_given_and_the_environment_it_is_given(nursery: Nursery) -> None:
    reading, writing = os.pipe()
    try:
        os.write(writing, b"through the pipe")
        child = nursery.child("reads", str(reading), fds=(reading,))
        await seen(lambda: nursery.said("through the pipe"), "what was sent")
        environment = Path(f"/proc/{child.pid}/environ").read_bytes()
        assert b"SECRET_OF_OURS=given" in environment
        assert b"PYTEST_CURRENT_TEST" not in environment
        descriptors = {int(each.name) for each in Path(f"/proc/{child.pid}/fd").iterdir()}
        assert descriptors == {0, 1, 2, reading}
    finally:
        os.close(reading)
        os.close(writing)


async def test_a_child_leads_a_session_of_its_own(nursery: Nursery) -> None:
    """Ctrl-C in the terminal of `lateen up` reaches the node alone, which ends the others in order."""
    child = nursery.child("orderly")
    await seen(lambda: nursery.said("started"), "the child")
    assert os.getsid(child.pid) == child.pid != os.getsid(0)

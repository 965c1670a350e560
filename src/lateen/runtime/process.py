"""A process in a sandbox, as the supervisor sees it."""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lateen.runtime.channel import Started, pid_of

MOST_OUTPUT = 1 << 20


class Process:
    """A process in a sandbox. `pid` is its id on the machine, `inner` its id in the pod.

    `kill` (given its inner id) ends it with everything of its session.
    """

    def __init__(self, program: Mapping[str, Any], started: Started, kill: Callable[[int], None]) -> None:
        self.program = program
        self._kill = kill
        self.inner = started.inner
        self.pid = pid_of(started.pidfd)
        self._pidfd = started.pidfd
        self._end = started.end
        self._end.add_done_callback(lambda _: self._forget())

    async def wait(self) -> int:
        """Wait for its end; returns its exit code, -n when signal n ended it."""
        return await asyncio.shield(self._end)

    def signal(self, number: int) -> None:
        """Send it a signal. Raises ProcessLookupError when it has ended."""
        if self._pidfd < 0:
            raise ProcessLookupError(f"process {self.pid} has ended")
        signal.pidfd_send_signal(self._pidfd, number)

    def kill_session(self) -> None:
        """Kill it, and what it has started and did not let go of; nothing when it has ended."""
        if self._pidfd >= 0:
            self._kill(self.inner)

    def _forget(self) -> None:
        os.close(self._pidfd)
        self._pidfd = -1


@dataclass(frozen=True, slots=True)
class Executed:
    """What a command in a container left: its exit code and its output (stdout and stderr together)."""

    code: int
    output: bytes


async def finish(process: Process, reader: int, seconds: float | None) -> Executed:
    """Collect what the process writes to the pipe `reader` until it ends.

    What it left running may hold the pipe open longer: that is not waited for. After `seconds`, or when the
    caller is cancelled, the process is killed. The first MOST_OUTPUT bytes are kept.
    """
    output = bytearray()
    loop = asyncio.get_running_loop()
    loop.add_reader(reader, _collect, reader, output)
    try:
        async with asyncio.timeout(seconds):
            code = await process.wait()
    except BaseException:
        process.kill_session()
        raise
    finally:
        loop.remove_reader(reader)
    while _collect(reader, output):
        pass
    return Executed(code, bytes(output))


def _collect(reader: int, output: bytearray) -> bool:
    """Take what there is; whether there may be more."""
    try:
        chunk = os.read(reader, 1 << 16)
    except BlockingIOError:
        return False
    output += chunk[: MOST_OUTPUT - len(output)]
    return bool(chunk)

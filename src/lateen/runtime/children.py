"""Keep the mesh's own processes running: the API server and the control plane."""

import asyncio
import logging
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lateen.base.clock import Clock
from lateen.base.tasks import cancel, spawn
from lateen.runtime.leftovers import Journal

_log = logging.getLogger(__name__)

LONGEST_PAUSE = 5.0
STABLE_SECONDS = 30.0
GRACE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Program:
    """A process of ours: `lateen internal <arguments>`; `fds` are listening sockets that it inherits."""

    name: str
    arguments: Sequence[str]
    fds: Sequence[int] = ()


class Child:
    """One program, started again whenever it ends: at once the first time, then after up to 5 s."""

    def __init__(self, program: Program, log: Path, env: Mapping[str, str], journal: Journal, clock: Clock) -> None:
        self.program = program
        self._log = log
        self._env = env
        self._journal = journal
        self._clock = clock
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        """The process's id; 0 while it does not run."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if running and self._process else 0

    def start(self) -> None:
        """Begin to keep it running."""
        self._task = spawn(self._run(), name=self.program.name)

    async def stop(self) -> None:
        """End it in order, after 5 s by force."""
        await cancel(self._task)
        if not self.pid or self._process is None:
            return
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(GRACE_SECONDS):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()

    async def _run(self) -> None:
        failures = 0
        while True:
            begun = self._clock.monotonic()
            await self._start()
            assert self._process is not None
            code = await self._process.wait()
            failures = 0 if self._clock.monotonic() - begun > STABLE_SECONDS else failures + 1
            _log.warning("%s ended with code %d; starting it again", self.program.name, code)
            await self._clock.sleep(0 if failures <= 1 else min(0.2 * 2**failures, LONGEST_PAUSE))

    async def _start(self) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "lateen", *self.program.arguments, stdin=asyncio.subprocess.DEVNULL, stdout=log,
                stderr=log, env=dict(self._env), pass_fds=tuple(self.program.fds), cwd="/", start_new_session=True,
            )  # fmt: skip
        with suppress(ProcessLookupError):  # it may have ended already
            self._journal.add_process(self._process.pid)

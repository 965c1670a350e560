"""Containers' logs: one file for each run of a container, its lines' times in a small index beside it.

Processes write into their file themselves, so a busy proxy costs nothing here. `Clerk` notes every half
second how far each file has grown; that gives lines their times (to half a second), and keeps files at a
bounded size: what was written is copied to `<file>.1` and the file begins anew.
"""

import json
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from lateen.base.clock import Clock

TICK = 0.5
LARGEST = 10 * 2**20
_CHUNK = 64 * 1024
_MARKS = 4096

# (bytes written, seconds since the epoch at which they were seen), growing.
Marks = list[tuple[int, float]]


def log_folder(logs: Path, namespace: str, pod: str, uid: str) -> Path:
    """The folder of one pod's logs."""
    return logs / f"{namespace}_{pod}_{uid}"


def log_file(folder: Path, container: str, run: int) -> Path:
    """The file of the container's run number `run` (restarts before it)."""
    return folder / container / f"{run}.log"


def run_of(folder: Path, container: str, *, previous: bool = False) -> Path | None:
    """The newest run's file, or the one before; None when there is none."""
    runs = sorted((folder / container).glob("*.log"), key=lambda path: int(path.stem))
    wanted = runs[:-1] if previous else runs
    return wanted[-1] if wanted else None


@dataclass(slots=True)
class Clerk:
    """Follows the growth of the files that are being written."""

    clock: Clock
    largest: int = LARGEST
    _open: dict[Path, Marks] = field(default_factory=dict)

    def begin(self, path: Path) -> None:
        """Follow `path`, which a process is about to write."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._open[path] = [(0, self.clock.now())]

    def end(self, path: Path) -> None:
        """Its writer is gone: note the last lines, keep the index."""
        if path in self._open:
            self._note(path)
            marks = self._open.pop(path)
            path.with_suffix(".times").write_text(json.dumps(marks))

    def marks(self, path: Path) -> Marks:
        """How far `path` had grown when; [] when nobody noted it."""
        if path in self._open:
            return self._open[path]
        times = path.with_suffix(".times")
        return [(int(size), float(at)) for size, at in json.loads(times.read_text())] if times.exists() else []

    async def run(self) -> None:
        """Note growth until cancelled."""
        while True:
            await self.clock.sleep(TICK)
            for path in list(self._open):
                self._note(path)

    def _note(self, path: Path) -> None:
        marks = self._open[path]
        size = path.stat().st_size if path.exists() else 0
        if size != marks[-1][0]:
            marks.append((size, self.clock.now()))
        if len(marks) > _MARKS:
            del marks[1 : _MARKS // 2 : 2]
        if size > self.largest:
            shutil.copyfile(path, path.with_suffix(".log.1"))
            with path.open("r+b") as file:
                file.truncate(0)
            self._open[path] = [(0, self.clock.now())]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of a log: the last `tail` lines (-1 all), those of the last `since` seconds (0 all)."""

    tail: int = -1
    since: float = 0
    timestamps: bool = False
    follow: bool = False


class Reader:
    """Reads one log. `alive` says whether more may still come."""

    def __init__(self, path: Path, clerk: Clerk, wanted: Wanted, alive: Callable[[], bool]) -> None:
        self._path = path
        self._clerk = clerk
        self._wanted = wanted
        self._alive = alive

    async def read(self) -> AsyncIterator[bytes]:
        """Yield whole lines, in pieces of some kilobytes; with `follow`, until nothing more can come."""
        position = self._begin()
        while True:
            more = self._alive()
            size = self._path.stat().st_size if self._path.exists() else 0
            position = min(position, size)
            while position < size:
                piece = self._piece(position)
                yield self._stamped(position, piece) if self._wanted.timestamps else piece
                position += len(piece)
            if not (self._wanted.follow and more):
                return
            await self._clerk.clock.sleep(TICK / 5)

    def _piece(self, position: int) -> bytes:
        """Whole lines from `position`; a line that is longer than a piece, or the last, may be cut."""
        with self._path.open("rb") as file:
            file.seek(position)
            piece = file.read(_CHUNK)
        end = piece.rfind(b"\n") + 1
        return piece[: end or len(piece)]

    def _begin(self) -> int:
        size = self._path.stat().st_size if self._path.exists() else 0
        begin = 0
        if self._wanted.since:
            earliest = self._clerk.clock.now() - self._wanted.since
            begin = max((seen for seen, at in self._clerk.marks(self._path) if at < earliest), default=0)
        if self._wanted.tail >= 0:
            begin = max(begin, _last_lines(self._path, size, self._wanted.tail))
        return begin

    def _stamped(self, position: int, piece: bytes) -> bytes:
        marks = self._clerk.marks(self._path)
        lines = []
        for line in piece.splitlines(keepends=True):
            lines.append(_time(marks, position, self._clerk.clock.now()) + b" " + line)
            position += len(line)
        return b"".join(lines)


def _time(marks: Marks, position: int, now: float) -> bytes:
    """When the byte at `position` was first seen, as RFC 3339 with nanoseconds."""
    at = next((at for size, at in marks if size > position), now)
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z").encode()


def _last_lines(path: Path, size: int, count: int) -> int:
    """Where the last `count` lines begin."""
    data, position = b"", size
    with path.open("rb") as file:
        while position and data.count(b"\n") <= count:
            step = min(_CHUNK, position)
            position -= step
            file.seek(position)
            data = file.read(step) + data
    kept = data.removesuffix(b"\n").split(b"\n")[-count:] if count else []
    return max(size - len(b"\n".join(kept)) - data.endswith(b"\n"), 0) if kept else size

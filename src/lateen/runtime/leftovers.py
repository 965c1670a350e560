"""A journal of what a mesh makes on the machine, so that after a crash exactly that is taken away again."""

import json
import os
import select
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from lateen.base.errors import LateenError
from lateen.runtime import netns
from lateen.runtime.uplink import Uplink

Entry = dict[str, Any]

# Milliseconds that a killed process may take to be gone.
_PATIENCE = 5000


class Journal:
    """One line per thing, written before it is made (a process: right after)."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path

    def add(self, kind: str, name: str) -> None:
        """Note that a thing is about to be made: a "netns" or an "uplink"."""
        self._write({"add": [kind, name]})

    def drop(self, kind: str, name: str) -> None:
        """Note that it is gone."""
        self._write({"drop": [kind, name]})

    def add_process(self, pid: int) -> str:
        """Note a process, by its number, its start and the machine's boot; returns the name to drop it by."""
        name = f"{pid} {started(pid)} {boot()}"
        self.add("process", name)
        return name

    def close(self) -> None:
        """All that was made is gone: so is the journal."""
        self._path.unlink(missing_ok=True)

    def _write(self, line: Entry) -> None:
        with self._path.open("a") as file:
            file.write(json.dumps(line) + "\n")


def entries(path: Path) -> list[tuple[str, str]]:
    """What the journal at `path` says is there: (kind, name), oldest first. A torn last line is left out."""
    there: dict[tuple[str, str], None] = {}
    for line in _lines(path):
        if "add" in line:
            there[tuple(line["add"])] = None
        else:
            there.pop(tuple(line["drop"]), None)
    return list(there)


def clean(path: Path) -> list[str]:
    """Take away everything the journal at `path` names, newest first; returns what was still there.

    The journal goes too. Nothing that Lateen did not make is touched. To be called in the machine's own
    network namespace, when the mesh's supervisor is gone.
    """
    done = [f"{kind} {name}" for kind, name in reversed(entries(path)) if _undo(kind, name)]
    path.unlink(missing_ok=True)
    return done


def _undo(kind: str, name: str) -> bool:
    match kind:
        case "process":
            return _kill(*name.split())
        case "uplink":
            return Uplink(name).remove()
        case "netns":
            there = (netns.NAMED / name).exists()
            netns.remove(name)
            return there
    raise LateenError(f"the journal names a {kind!r}, which this version does not know")


def _kill(pid: str, start: str, booted: str) -> bool:
    """Kill a process if it is still the one that was noted; waits until it is gone."""
    try:
        pidfd = os.pidfd_open(int(pid))
    except ProcessLookupError:
        return False
    try:
        if booted != boot() or started(int(pid)) != start:
            return False
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        gone = select.poll()
        gone.register(pidfd, select.POLLIN)
        gone.poll(_PATIENCE)
    except ProcessLookupError:
        return False
    finally:
        os.close(pidfd)
    return True


def started(pid: int) -> str:
    """When the process started, in clock ticks since boot. Raises ProcessLookupError."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError as error:
        raise ProcessLookupError(pid) from error
    return text.rpartition(")")[2].split()[19]


def boot() -> str:
    """The id of this boot of the machine."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _lines(path: Path) -> Iterator[Entry]:
    if not path.exists():
        return
    for line in path.read_text().splitlines():
        with suppress(json.JSONDecodeError):
            yield json.loads(line)

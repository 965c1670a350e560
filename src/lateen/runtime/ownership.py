"""One node process per mesh: whoever holds the lock file owns the run folder."""

import fcntl
import os
import struct
from pathlib import Path

from lateen.base.errors import LateenError

_NAME = "node.lock"
# An exclusive lock of a whole file. Of this kind one can ask whether it is held without taking it: who only
# asks is in nobody's way.
_WHOLE = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)


class Ownership:
    """Holds the lock of a run folder until `release`, or until the process ends in whatever way."""

    def __init__(self, run: Path) -> None:
        """Take the lock; raises LateenError when another process has it."""
        run.mkdir(parents=True, exist_ok=True, mode=0o755)
        self._file = (run / _NAME).open("a+")
        try:
            fcntl.fcntl(self._file, fcntl.F_OFD_SETLK, _WHOLE)
        except BlockingIOError:
            self._file.close()
            raise LateenError(f"another process runs the mesh in {run}", "lateen status") from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        """Let another process own the folder."""
        self._file.truncate(0)
        self._file.close()


def owner_of(run: Path) -> int:
    """Return the pid of the process that owns `run`; 0 when nobody does."""
    try:
        with (run / _NAME).open("r") as file:
            held = struct.unpack("hhqqi4x", fcntl.fcntl(file, fcntl.F_OFD_GETLK, _WHOLE))[0] != fcntl.F_UNLCK
            return int(file.read() or 0) if held else 0
    except (FileNotFoundError, NotADirectoryError):
        return 0

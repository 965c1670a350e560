"""A terminal inside a container: its own devices show it, its user owns it."""

import fcntl
import os
import struct
import termios
from dataclasses import dataclass

# Source: asm-generic/ioctls.h (the same on x86-64 and arm64); Python's termios does not name them.
_TIOCSPTLCK = 0x40045431
_TIOCGPTPEER = 0x5441


@dataclass(frozen=True, slots=True)
class Terminal:
    """Both ends, open; whoever opened it closes them. `master` does not block."""

    master: int
    slave: int

    def resize(self, width: int, height: int) -> None:
        """Say how many columns and rows it has; what runs in the foreground is told (SIGWINCH)."""
        size = struct.pack("HHHH", min(height, 0xFFFF), min(width, 0xFFFF), 0, 0)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)


def open_terminal(pid: int, uid: int) -> Terminal:
    """Open a terminal of the container whose process is `pid` (on this machine), for user `uid`.

    Raises OSError, also when the container has as many as it may.
    """
    flags = os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC
    # A container's /dev is read-only and holds no link that its user made.
    master = os.open(f"/proc/{pid}/root/dev/pts/ptmx", flags | os.O_NONBLOCK)
    try:
        fcntl.ioctl(master, _TIOCSPTLCK, struct.pack("i", 0))
        slave = fcntl.ioctl(master, _TIOCGPTPEER, flags)
        os.fchown(slave, uid, uid)
    except BaseException:
        os.close(master)
        raise
    return Terminal(master, slave)

"""Network namespaces: make them, and make sockets inside them."""

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TypeVar

from lateen.runtime.syscalls import CLONE_NEWNET, MNT_DETACH, MS_BIND, mount, setns, unmount, unshare

T = TypeVar("T")

NAMED = Path("/run/netns")
_OWN = "/proc/thread-self/ns/net"


def current() -> Path:
    """A path that names this thread's network namespace for as long as this process lives."""
    return Path(f"/proc/{os.getpid()}/fd/{os.open(_OWN, os.O_RDONLY | os.O_CLOEXEC)}")


def create(name: str) -> Path:
    """Make the namespace `name`, visible to `ip netns` too; returns its path. Raises FileExistsError."""
    NAMED.mkdir(parents=True, exist_ok=True)
    path = NAMED / name
    os.close(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_EXCL, 0o444))
    try:
        _in_thread(lambda: _unshare_onto(path))
    except BaseException:
        path.unlink()
        raise
    return path


def remove(name: str) -> None:
    """Remove the namespace's name; it goes with its last process. No error when there is none."""
    path = NAMED / name
    with suppress(OSError):
        unmount(str(path), MNT_DETACH)
    path.unlink(missing_ok=True)


def enter(path: Path) -> None:
    """Move this thread into the namespace for good (a process: before it starts threads)."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        setns(fd, CLONE_NEWNET)
    finally:
        os.close(fd)


def call_in(path: Path, function: Callable[[], T]) -> T:
    """Call `function` in the namespace. It must neither await nor leave a thread behind.

    Sockets made and processes started by it belong to the namespace. Costs some 10 µs; threads do not disturb
    each other, for a namespace is a thread's own.
    """
    own = os.open(_OWN, os.O_RDONLY | os.O_CLOEXEC)
    try:
        enter(path)
        try:
            return function()
        finally:
            setns(own, CLONE_NEWNET)
    finally:
        os.close(own)


def tcp_socket_in(path: Path) -> socket.socket:
    """A new TCP/IPv4 socket of the namespace, neither bound nor connected."""
    return call_in(path, lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM))


def listen_in(path: Path, host: str, port: int, backlog: int = 512) -> socket.socket:
    """A non-blocking listening TCP socket of the namespace, of the family of `host` (an address). Raises OSError."""
    return call_in(path, lambda: listening_socket(host, port, backlog))


def listening_socket(host: str, port: int, backlog: int = 512) -> socket.socket:
    """The same of this thread's own namespace."""
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(backlog)
        made.setblocking(False)
    except BaseException:
        made.close()
        raise
    return made


def connect_in(path: Path, host: str, port: int, seconds: float = 5.0) -> socket.socket:
    """A connected TCP socket of the namespace; blocks for at most `seconds`. Raises OSError."""
    made = tcp_socket_in(path)
    try:
        made.settimeout(seconds)
        made.connect((host, port))
    except BaseException:
        made.close()
        raise
    return made


def write_sysctl(path: Path, key: str, value: str) -> None:
    """Set a `net.` sysctl inside the namespace; `key` as `net.ipv4.ip_forward`."""
    call_in(path, lambda: sysctl_file(key).write_text(value))


def sysctl_file(key: str) -> Path:
    """The file of a sysctl whose names have no dots in them."""
    return Path("/proc/sys", *key.split("."))


def _unshare_onto(path: Path) -> None:
    unshare(CLONE_NEWNET)
    mount(_OWN, str(path), flags=MS_BIND)


def _in_thread(function: Callable[[], None]) -> None:
    """Call `function` in a thread of its own, which may change its namespace and end there."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            function()
        except BaseException as error:
            errors.append(error)

    thread = Thread(target=run, name="netns")
    thread.start()
    thread.join()
    if errors:
        raise errors[0]

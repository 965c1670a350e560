"""A pod's first process: forks the pod's containers on request, reaps, and takes the pod with it.

It is root in the pod's namespaces, with the machine's mounts before its eyes; containers get a root of their
own and no privileges before their program starts. Nothing here may be imported that starts slowly.
"""

import fcntl
import os
import resource
import signal
import socket
import termios
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from lateen.runtime.forking import Forker, Message, forget_signals, send
from lateen.runtime.rootfs import enter_root
from lateen.runtime.syscalls import (
    CLONE_NEWIPC,
    CLONE_NEWNET,
    CLONE_NEWNS,
    CLONE_NEWPID,
    CLONE_NEWUTS,
    MS_PRIVATE,
    MS_REC,
    PR_SET_NO_NEW_PRIVS,
    drop_bounding_set,
    drop_capabilities,
    join_new_keyring,
    mount,
    prctl,
    setns,
    unshare,
)

# Soft and hard limits of a container. Envoy wants many descriptors; no core files, for they hold keys.
LIMITS = (
    (resource.RLIMIT_CORE, 0),
    (resource.RLIMIT_NOFILE, 65536),
    (resource.RLIMIT_NPROC, 8192),
    (resource.RLIMIT_MEMLOCK, 8 << 20),
)


class PodInit(Forker):
    """PID 1 of a pod.

    {id, start} with stdin, stdout, stderr is answered {id, pid} with a pidfd, or {id, error}. When the
    program has ended, {ended: pid, code} follows. {kill: pid} ends a program with all of its session.
    """

    def __init__(self, end: socket.socket) -> None:
        super().__init__(end)
        self._containers: set[int] = set()

    def handle(self, message: Message) -> None:
        if "kill" in message.body:
            self._kill(message.body["kill"])
            return
        spec, answer = message.body["start"], {"id": message.body["id"]}
        try:
            pid = _fork(spec, message.fds)
        except (OSError, ValueError) as error:
            send(self.end, answer | {"error": str(error)})
            return
        self._containers.add(pid)
        pidfd = os.pidfd_open(pid)
        send(self.end, answer | {"pid": pid}, [pidfd])
        os.close(pidfd)

    def ended(self, pid: int, code: int) -> None:
        if pid in self._containers:
            self._containers.remove(pid)
            send(self.end, {"ended": pid, "code": code})

    def _kill(self, session: int) -> None:
        """Only this process reaps: while it has not, the number names nobody else's session."""
        if session in self._containers:
            for pid in members(session):
                os.kill(pid, signal.SIGKILL)


def members(session: int) -> Iterator[int]:
    """The processes of a session that have not ended, in the PID namespace whose /proc this is."""
    for name in os.listdir("/proc"):
        if name.isdecimal():
            with suppress(OSError), open(f"/proc/{name}/stat") as file:
                # pid (comm) state ppid pgrp session …; comm may hold anything.
                state, _, _, found = file.read().rpartition(")")[2].split()[:4]
                if int(found) == session and state != "Z":
                    yield int(name)


def main(end: socket.socket, netns: str, hostname: str) -> None:
    """Make the pod's namespaces and stay as its first process. Called in a fork of the nursery."""
    try:
        _isolate(netns, hostname)
        if os.fork():
            os._exit(0)
        mount("proc", "/proc", "proc")
        os.setsid()
        init = PodInit(end)
        send(end, {"ready": True}, [os.pidfd_open(os.getpid())])
    except OSError as error:
        send(end, {"error": str(error)})
        os._exit(1)
    init.run()


def _isolate(netns: str, hostname: str) -> None:
    fd = os.open(netns, os.O_RDONLY | os.O_CLOEXEC)
    setns(fd, CLONE_NEWNET)
    os.close(fd)
    unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID)
    mount("", "/", flags=MS_REC | MS_PRIVATE)
    socket.sethostname(hostname)


def _fork(spec: dict[str, Any], stdio: list[int]) -> int:
    """Start a container and return its pid when its program runs. Raises OSError: what stood in the way."""
    told, tell = os.pipe2(os.O_CLOEXEC)
    pid = os.fork()
    if pid == 0:
        _become(spec, stdio, tell)
    os.close(tell)
    with open(told, "rb") as pipe:
        failure = pipe.read()
    if failure:
        os.waitpid(pid, 0)
        raise OSError(failure.decode())
    return pid


def _become(spec: dict[str, Any], stdio: list[int], tell: int) -> None:
    """Turn this process into the container's program; never returns."""
    step = "set up"
    try:
        forget_signals()
        os.setsid()
        _connect(stdio)
        if spec.get("terminal"):
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        step = "set up its root file system"
        if spec.get("beside"):
            _join(spec["beside"])
        else:
            enter_root(spec["root"])
        step = "drop privileges"
        _drop(spec["uid"])
        step = f"enter {spec['cwd']}"
        os.chdir(spec["cwd"])
        step = f"run {spec['argv'][0]}"
        os.execvpe(spec["argv"][0], spec["argv"], spec["env"])  # noqa: S606  that is the point
    except BaseException as error:
        os.write(tell, f"cannot {step}: {_words(error, step)}".encode())
    finally:
        os._exit(127)


def _connect(stdio: list[int]) -> None:
    """Put stdin, stdout and stderr on the given descriptors."""
    for number, fd in enumerate(stdio):
        os.dup2(fd, number)


def _join(pid: int) -> None:
    """Enter the mount namespace of the container whose process is `pid`."""
    fd = os.open(f"/proc/{pid}/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
    setns(fd, CLONE_NEWNS)


def _drop(uid: int) -> None:
    """Become `uid` without groups, capabilities or a way to regain any."""
    if uid == 0:
        raise PermissionError("a container never runs as root")
    for limit, value in LIMITS:
        _limit(limit, value)
    os.umask(0o022)
    with suppress(OSError):  # a kernel without keyrings has nothing to hide
        join_new_keyring()
    drop_bounding_set()
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    drop_capabilities()
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def _limit(limit: int, value: int) -> None:
    """Lower a limit; never above what this process may have itself."""
    _, hard = resource.getrlimit(limit)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(limit, (value, value))


def _words(error: BaseException, step: str) -> str:
    """What the error says, without what `step` said already."""
    if not isinstance(error, OSError) or not error.strerror:
        return str(error)
    # A name in bytes is the last folder of PATH that was tried: no news to anybody.
    named = isinstance(error.filename, str) and error.filename not in step
    return error.strerror.lower() + (f": {error.filename}" if named else "")

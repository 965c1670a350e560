"""Pods as Linux sandboxes: namespaces of their own, and a root that shows only what is allowed."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lateen.base.errors import LateenError
from lateen.runtime import forking
from lateen.runtime.addressing import DNS_IP
from lateen.runtime.channel import Channel, ended
from lateen.runtime.image import Image, account_files, name_files
from lateen.runtime.process import Executed, Process, finish

__all__ = ["PROXY_UID", "ContainerSpec", "Executed", "Mount", "Process", "Sandbox", "SandboxSpec", "Sandboxes"]

# Envoy runs as this user; capture rules let its traffic pass. No application may.
PROXY_UID = 1337
SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Mount:
    """A folder or file of this machine shown to a container at `target` (an absolute path).

    `below` is a path inside `source`, for sources whose content the pod can write: links in it are refused.
    """

    source: Path
    target: str
    read_only: bool = True
    below: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSpec:
    """A pod's sandbox. `netns` is the path of its network namespace; `uid` whom its containers run as.

    `hosts` are lines of /etc/hosts beside its own: address → names.
    """

    name: str
    namespace: str
    ip: str
    netns: Path
    uid: int
    nameserver: str = DNS_IP
    domain: str = "cluster.local"
    hosts: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSpec:
    """A process in a sandbox. `uid` 0 means the pod's own; `proxy` says that it is the pod's Envoy.

    `output` takes stdout and stderr: a file (appended to) or an open descriptor (the caller keeps it).
    A container has a root file system, /tmp and mounts of its own; processes, network and IPC are the pod's.
    """

    argv: Sequence[str]
    output: Path | int
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str = "/"
    uid: int = 0
    mounts: Sequence[Mount] = ()
    proxy: bool = False


class Sandbox:
    """A standing pod sandbox. `gone` is set when its first process has ended, and everything in it."""

    def __init__(self, spec: SandboxSpec, channel: Channel, pidfd: int, root: Mapping[str, Any]) -> None:
        self.spec = spec
        self.gone = channel.closed
        self._channel = channel
        self._pidfd = pidfd
        self._base = root

    async def spawn(self, spec: ContainerSpec) -> Process:
        """Start a container. Raises LateenError: no such program, no such mount source, …"""
        program = _program(spec.argv, spec.env, spec.cwd, self._user(spec))
        with ExitStack() as opened:
            stdin = _opened(opened, "/dev/null", os.O_RDONLY)
            output = spec.output
            if isinstance(output, Path):
                output = _opened(opened, output, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            return await self._start(program, {"root": self._root(spec.mounts)}, (stdin, output, output))

    async def exec(
        self,
        argv: Sequence[str],
        beside: Process,
        *,
        env: Mapping[str, str] | None = None,
        seconds: float | None = None,
    ) -> Executed:
        """Run a command inside the container whose process is `beside`, as its user, and wait for its end.

        `env` comes over the container's own. It is killed when the caller is cancelled or after `seconds`
        (then TimeoutError); the first MiB of its output is kept.
        """
        reader, writer = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(reader, False)
        with ExitStack() as opened:
            opened.callback(os.close, reader)
            with ExitStack() as passed:
                passed.callback(os.close, writer)
                stdin = _opened(passed, "/dev/null", os.O_RDONLY)
                process = await self.stream(argv, beside, (stdin, writer, writer), env)
            return await finish(process, reader, seconds)

    async def stream(
        self,
        argv: Sequence[str],
        beside: Process,
        stdio: tuple[int, int, int],
        env: Mapping[str, str] | None = None,
        *,
        terminal: bool = False,
    ) -> Process:
        """Like `exec`, with stdin, stdout and stderr on the given descriptors (the caller keeps them).

        `terminal`: stdin is a terminal, and becomes that of the process's session.
        """
        program = dict(beside.program) | {"argv": list(argv), "env": {**beside.program["env"], **(env or {})}}
        program["terminal"] = terminal
        return await self._start(program, {"beside": beside.inner}, stdio)

    async def delete(self) -> None:
        """Kill every process of the pod and wait until they are gone; its namespaces go with them."""
        if self._pidfd >= 0:
            pidfd, self._pidfd = self._pidfd, -1
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            await ended(pidfd)
            os.close(pidfd)
        self._channel.close()

    async def _start(self, program: dict[str, Any], place: dict[str, Any], stdio: Sequence[int]) -> Process:
        return Process(program, await self._channel.start(program | place, stdio), self._channel.kill)

    def _user(self, spec: ContainerSpec) -> int:
        uid = spec.uid or (PROXY_UID if spec.proxy else self.spec.uid)
        if uid == PROXY_UID and not spec.proxy:
            raise LateenError(f"user {PROXY_UID} is the proxy's own", "give the container another runAsUser")
        return uid

    def _root(self, mounts: Sequence[Mount]) -> dict[str, Any]:
        own = [[str(mount.source), mount.below, mount.target, mount.read_only] for mount in mounts]
        # What lies deeper comes later: a volume at /tmp does not cover an interpreter that lives below it.
        binds = sorted([*self._base["binds"], *own], key=lambda bind: len(Path(bind[2]).parts))
        return {**self._base, "binds": binds}


class Sandboxes:
    """Makes sandboxes. They end when this process ends, however it ends."""

    def __init__(self, end: socket.socket, nursery: asyncio.subprocess.Process, folder: Path) -> None:
        self._end = end
        self._nursery = nursery
        self._folder = folder
        self._image = Image.of_machine()
        self._standing: list[Sandbox] = []

    @classmethod
    async def start(cls, folder: Path) -> "Sandboxes":
        """Start the process that forks pods. `folder` (made here, stays empty) is where roots are mounted."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        own, other = forking.pair()
        package = str(Path(__file__).parents[2])
        code = f"import sys; sys.path.insert(0, {package!r}); from lateen.runtime.nursery import main; main()"
        with other:
            nursery = await asyncio.create_subprocess_exec(
                sys.executable, "-I", "-S", "-c", code, str(other.fileno()),
                pass_fds=(other.fileno(),), env={}, stdin=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        return cls(own, nursery, folder)

    async def create(self, spec: SandboxSpec) -> Sandbox:
        """Make a pod's namespaces and its first process. Raises LateenError."""
        own, other = forking.pair()
        channel = Channel(own)
        body = {"netns": str(spec.netns), "hostname": spec.name[:63]}
        try:
            with other:
                forking.send(self._end, body, [other.fileno()])
            pidfd = await channel.ready
        except OSError as error:
            channel.close()
            raise LateenError("the process that forks pods has ended", "lateen down, then lateen up") from error
        except BaseException:
            channel.close()
            raise
        sandbox = Sandbox(spec, channel, pidfd, self._root(spec))
        self._standing = [*(one for one in self._standing if not one.gone.is_set()), sandbox]
        return sandbox

    async def close(self) -> None:
        """Kill everything that was made here."""
        await asyncio.gather(*(sandbox.delete() for sandbox in self._standing))
        self._standing.clear()
        self._end.close()
        await self._nursery.wait()

    def _root(self, pod: SandboxSpec) -> dict[str, Any]:
        """What the roots of the pod's containers have in common."""
        search = (f"{pod.namespace}.svc.{pod.domain}", f"svc.{pod.domain}", pod.domain)
        files = account_files(pod.uid, PROXY_UID)
        files |= name_files(pod.name, pod.ip, pod.hosts, pod.nameserver, search)
        binds = [[path, "", path, True] for path in self._image.folders]
        return {"folder": str(self._folder), "links": self._image.links, "files": files, "binds": binds}


def _program(argv: Sequence[str], env: Mapping[str, str], cwd: str, uid: int) -> dict[str, Any]:
    return {"argv": list(argv), "env": {"PATH": SEARCH_PATH, **env}, "cwd": cwd, "uid": uid}


def _opened(stack: ExitStack, path: str | Path, flags: int) -> int:
    fd = os.open(path, flags | os.O_CLOEXEC, 0o640)
    stack.callback(os.close, fd)
    return fd

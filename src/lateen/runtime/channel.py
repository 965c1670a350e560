"""The supervisor's end of a pod's socket: requests and answers, and word of what has ended."""

import asyncio
import os
import signal
import socket
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from lateen.base.errors import LateenError
from lateen.runtime.forking import Message, receive, send

_GONE = "the pod's sandbox is gone"


class Started(NamedTuple):
    """A program that runs: its pid in the pod, a pidfd (the receiver owns it), and its exit code to come."""

    inner: int
    pidfd: int
    end: "asyncio.Future[int]"


class Channel:
    """Speaks with a pod's first process. `closed` is set when that is gone, and the pod with it.

    `ready` gives the pidfd of the first process, or fails with what stood in the way of the pod.
    """

    def __init__(self, end: socket.socket) -> None:
        self.closed = asyncio.Event()
        self.ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._end = end
        self._waiting: dict[int, asyncio.Future[Started]] = {}
        self._ends: dict[int, asyncio.Future[int]] = {}
        self._count = 0
        end.setblocking(False)
        asyncio.get_running_loop().add_reader(end, self._read)

    async def start(self, spec: dict[str, Any], stdio: Sequence[int]) -> "Started":
        """Start a program. Raises LateenError: what stood in the way."""
        if self.closed.is_set():
            raise LateenError(_GONE)
        self._count += 1
        answer: asyncio.Future[Started] = asyncio.get_running_loop().create_future()
        self._waiting[self._count] = answer
        try:
            send(self._end, {"id": self._count, "start": spec}, stdio)
        except OSError as error:
            del self._waiting[self._count]
            raise LateenError(f"cannot start {spec['argv'][0]}: {error.strerror}") from error
        return await answer

    def kill(self, inner: int) -> None:
        """Kill the program and everything of its session, unless it has ended."""
        with suppress(OSError):  # the pod is gone, or too busy dying to listen
            send(self._end, {"kill": inner})

    def close(self) -> None:
        """Hang up: the pod's first process ends, and everything in the pod with it."""
        if self._end.fileno() < 0:
            return
        asyncio.get_running_loop().remove_reader(self._end)
        self._end.close()
        for answer in self._waiting.values():
            _settle(answer, None, _GONE)
        _settle(self.ready, None, _GONE)
        for end in self._ends.values():
            end.set_result(-signal.SIGKILL)
        self._waiting.clear()
        self._ends.clear()
        self.closed.set()

    def _read(self) -> None:
        try:
            while (message := receive(self._end)) is not None:
                self._take(message)
            self.close()
        except BlockingIOError:
            pass

    def _take(self, message: Message) -> None:
        body = message.body
        if "ended" in body:
            self._ends.pop(body["ended"]).set_result(body["code"])
            return
        if "id" not in body:
            _settle(self.ready, message.fds and message.fds[0], body.get("error", ""))
            return
        answer = self._waiting.pop(body["id"])
        if "error" in body:
            _settle(answer, None, body["error"])
            return
        end = self._ends[body["pid"]] = asyncio.get_running_loop().create_future()
        if answer.done():  # who asked was cancelled: nobody would ever stop the program
            _discard(message.fds)
        else:
            answer.set_result(Started(body["pid"], message.fds[0], end))


def _settle(future: "asyncio.Future[Any]", value: Any, error: str) -> None:
    if future.done():
        return
    if error:
        future.set_exception(LateenError(error))
        future.exception()  # somebody may have stopped waiting: then it is no news
    else:
        future.set_result(value)


def _discard(pidfds: Sequence[int]) -> None:
    """Kill processes that nobody has."""
    for pidfd in pidfds:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        os.close(pidfd)


async def ended(pidfd: int) -> None:
    """Wait until the process has ended."""
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    loop.add_reader(pidfd, over.set)
    try:
        await over.wait()
    finally:
        loop.remove_reader(pidfd)


def pid_of(pidfd: int) -> int:
    """The process's id on this machine; 0 when it has ended."""
    with open(f"/proc/self/fdinfo/{pidfd}") as file:
        for line in file:
            if line.startswith("Pid:"):
                return max(int(line.split()[1]), 0)
    return 0

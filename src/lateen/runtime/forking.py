"""What a process that forks others on request is made of: a socket, messages with descriptors, reaping.

Runs in small processes (`python -I -S`) that must start fast: import nothing heavy here.
"""

import array
import json
import os
import select
import signal
import socket
from collections.abc import Sequence
from typing import Any, NamedTuple

# A message is one packet: JSON, with open descriptors beside it.
LARGEST = 1 << 20
MOST_DESCRIPTORS = 8


class Message(NamedTuple):
    """A JSON object and the descriptors that came with it (the receiver owns them)."""

    body: dict[str, Any]
    fds: list[int]


def pair() -> tuple[socket.socket, socket.socket]:
    """Two connected ends that carry packets."""
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in ends:
        # SO_SNDBUFFORCE: a packet must fit into the buffer whole, and the ordinary limit is lower.
        end.setsockopt(socket.SOL_SOCKET, 32, 2 * LARGEST)
    return ends


def send(end: socket.socket, body: dict[str, Any], fds: Sequence[int] = ()) -> None:
    """Send one message. Raises OSError (EMSGSIZE when it is larger than LARGEST)."""
    packet = json.dumps(body).encode()
    if len(packet) > LARGEST:
        raise OSError(90, os.strerror(90))
    socket.send_fds(end, [packet], list(fds))


def receive(end: socket.socket) -> Message | None:
    """The next message; None when the other end is gone."""
    fds = array.array("i")
    try:
        # socket.recv_fds cannot ask for descriptors that close on exec: they would leak into containers.
        packet, extra, _, _ = end.recvmsg(
            LARGEST, socket.CMSG_LEN(MOST_DESCRIPTORS * fds.itemsize), socket.MSG_CMSG_CLOEXEC
        )
    except ConnectionResetError:
        return None
    for _, _, data in extra:
        fds.frombytes(data)
    return Message(json.loads(packet), list(fds)) if packet else None


class Forker:
    """Answers messages and reaps children until the other end of `end` is gone."""

    def __init__(self, end: socket.socket) -> None:
        self.end = end
        self._woken, waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)

    def run(self) -> None:
        poll = select.poll()
        poll.register(self.end, select.POLLIN)
        poll.register(self._woken, select.POLLIN)
        while True:
            ready = {fd for fd, _ in poll.poll()}
            if self._woken in ready:
                os.read(self._woken, 4096)
                self._reap()
            if self.end.fileno() in ready:
                if (message := receive(self.end)) is None:
                    return
                self.handle(message)
                for fd in message.fds:
                    os.close(fd)

    def handle(self, message: Message) -> None:
        """Do what the message asks for."""
        raise NotImplementedError

    def ended(self, pid: int, code: int) -> None:
        """A child (or a process that was left to this one) has ended; `code` is -n for signal n."""

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self.ended(pid, os.waitstatus_to_exitcode(status))


def forget_signals() -> None:
    """In a fresh child: signals as a new program expects them."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)

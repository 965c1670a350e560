"""The words of a remote command over WebSocket: channels in one connection, and how the command ended. Pure.

Every message begins with its channel. Source: the subprotocols v4.channel.k8s.io and v5.channel.k8s.io of
Kubernetes' API; the fifth adds a message that closes one channel (stdin).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

V4, V5 = "v4.channel.k8s.io", "v5.channel.k8s.io"
COMMAND_PROTOCOLS = (V5, V4)

STDIN, STDOUT, STDERR, ERROR, RESIZE = range(5)
CLOSE = 255


class Resize(NamedTuple):
    """The client's window has another size."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Streams:
    """What a client wants of a command's streams. A terminal has no stderr of its own."""

    stdin: bool = False
    stdout: bool = False
    stderr: bool = False
    tty: bool = False

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Streams":
        """Read a request's query. Raises ValueError: nothing is asked for, or what does not go together."""
        read = {name: query.get(name, "").lower() in ("1", "true") for name in ("stdin", "stdout", "stderr", "tty")}
        wanted = cls(**read)
        if not (wanted.stdin or wanted.stdout or wanted.stderr):
            raise ValueError("you must specify at least one of stdin, stdout, stderr")
        if wanted.tty and wanted.stderr:
            raise ValueError("tty and stderr cannot both be true")
        return wanted


# What a client's message says: bytes for stdin, None for their end, a new size; () for what means nothing here.
Said = bytes | Resize | None | tuple[()]


def said(message: bytes, protocol: str) -> Said:
    """Read a client's message."""
    if not message:
        return ()
    channel, rest = message[0], message[1:]
    if channel == STDIN:
        return rest or ()
    if channel == RESIZE:
        return _resize(rest)
    if channel == CLOSE and protocol == V5 and rest == bytes((STDIN,)):
        return None
    return ()


class _Size(msgspec.Struct, rename="pascal"):
    width: int = 0
    height: int = 0


def _resize(text: bytes) -> Said:
    try:
        size = msgspec.json.decode(text, type=_Size)
    except msgspec.DecodeError:
        return ()
    return Resize(size.width, size.height) if size.width > 0 and size.height > 0 else ()


def ended(code: int) -> bytes:
    """The message that tells how a command ended: its exit code, -n when signal n ended it (told as 128 + n)."""
    if code == 0:
        return _status({"status": "Success"})
    shown = code if code > 0 else 128 - code
    return _status(
        {
            "status": "Failure",
            "message": f"command terminated with non-zero exit code: exit status {shown}",
            "reason": "NonZeroExitCode",
            "details": {"causes": [{"reason": "ExitCode", "message": str(shown)}]},
        }
    )


def failed(message: str) -> bytes:
    """The message that tells why a command could not run."""
    return _status({"status": "Failure", "message": message, "reason": "InternalError", "code": 500})


def _status(fields: dict[str, Any]) -> bytes:
    return bytes((ERROR,)) + msgspec.json.encode({"kind": "Status", "apiVersion": "v1", "metadata": {}} | fields)

"""Sockets: those that nobody but their owner may open, and those that notice when their peer is gone."""

import os
import socket
from pathlib import Path

_ASK_AFTER, _ASK_AGAIN, _ASKED = 15, 5, 3
"""Seconds of silence until a peer is asked whether it is there, and between questions; how many it may leave open."""


def private_socket(path: Path) -> socket.socket:
    """Return a bound unix socket of mode 0600; one left there by an earlier process is replaced. Raises OSError."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    except BaseException:
        listener.close()
        raise
    finally:
        os.umask(before)
    return listener


def watchful_socket(family: int, kind: int, protocol: int) -> socket.socket:
    """Return a TCP socket that fails within 30 s when its peer has gone without a word, be it idle or waiting for
    acknowledgements: as soon as Kubernetes' own clients notice (tcp(7): TCP_KEEPIDLE, TCP_USER_TIMEOUT)."""
    made = socket.socket(family, kind, protocol)
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _ASK_AFTER)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _ASK_AGAIN)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, _ASKED)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, (_ASK_AFTER + _ASK_AGAIN * _ASKED) * 1000)
    return made

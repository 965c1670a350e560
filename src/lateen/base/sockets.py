"""Unix sockets that nobody but their owner may open, from their first moment on."""

import os
import socket
from pathlib import Path


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

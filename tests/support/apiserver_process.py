"""An API server in a process of its own, which a test may kill: `python apiserver_process.py FOLDER FD`."""

import asyncio
import signal
import socket
import subprocess
import sys
from pathlib import Path


def start(folder: Path) -> tuple["subprocess.Popen[bytes]", str]:
    """Start one on a free port; returns the process and its URL, which answers from the first instant."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        fd, port = listening.fileno(), listening.getsockname()[1]
        process = subprocess.Popen([sys.executable, __file__, str(folder), str(fd)], pass_fds=[fd])
    return process, f"http://127.0.0.1:{port}"


async def _serve(folder: Path, fd: int) -> None:
    from apiservers import served

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with served(folder, listening=socket.socket(fileno=fd)):
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2])))

"""Say which process listens on a port."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from lateen.runtime.netns import call_in

_LISTENING = "0A"


def holder(namespace: Path, port: int) -> str:
    """Name and number of a process that listens on TCP `port` in the namespace; "" when none is seen."""
    text = call_in(namespace, lambda: "".join(_tables()))
    inodes = {f"socket:[{inode}]" for inode in listening_inodes(text, port)}
    if not inodes:
        return ""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if any(os.readlink(fd) in inodes for fd in (process / "fd").iterdir()):
                return f"{(process / 'comm').read_text().strip()} (process {process.name})"
    return ""


def listening_inodes(table: str, port: int) -> list[str]:
    """The sockets that listen on `port`, of the lines of /proc/net/tcp or tcp6."""
    rows = (line.split() for line in table.splitlines())
    wanted = f":{port:04X}"
    return [row[9] for row in rows if len(row) > 9 and row[3] == _LISTENING and row[1].endswith(wanted)]


def _tables() -> Iterator[str]:
    for name in ("tcp", "tcp6"):
        with suppress(OSError):
            yield Path(f"/proc/thread-self/net/{name}").read_text()

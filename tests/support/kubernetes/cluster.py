"""One cluster per test run, whoever of its workers asks first."""

import fcntl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from kubernetes.keeper import FAILED, READY, USERS
from lateen.sources.client import Client

_SECONDS = 120


@dataclass(frozen=True)
class Cluster:
    """A real Kubernetes API server. `folder` is for what its users share; `given`: it was there before the tests."""

    kubeconfig: Path
    folder: Path
    given: bool = False

    @contextmanager
    def once(self, what: str) -> Iterator[bool]:
        """Give the one who comes first True, and have the others wait until it has done `what`."""
        done = self.folder / f"{what}.done"
        with (self.folder / f"{what}.lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            yield not done.exists()
            done.touch()

    def client(self) -> Client:
        """The admin's client; the caller closes it."""
        return Client.from_kubeconfig(self.kubeconfig, user_agent="test/1")


class Keeper(NamedTuple):
    """The script that keeps a kind of cluster, and what it is told behind the cluster's folder."""

    script: str
    words: tuple[Path, ...]

    @property
    def kind(self) -> str:
        return self.script.removesuffix(".py")


@contextmanager
def shared_cluster(base: Path, keeper: Keeper) -> Iterator[Cluster]:
    """Use the cluster that other processes with the same `base` use, or start it; raises RuntimeError when that fails."""
    with (base / f"{keeper.kind}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        folder, users = _join(base, keeper) or _start(base, keeper)
    with users:
        yield Cluster(folder / "kubeconfig", folder)


def _join(base: Path, keeper: Keeper) -> tuple[Path, IO[str]] | None:
    """Become a user of the newest cluster, unless its last user has left: then it is ending."""
    for folder in _clusters(base, keeper)[-1:]:
        users = (folder / USERS).open()
        try:
            fcntl.flock(users, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            users.close()
            return None
        if (folder / READY).exists():
            return folder, users
        users.close()
    return None


def _start(base: Path, keeper: Keeper) -> tuple[Path, IO[str]]:
    """Start a keeper and become the first user of its cluster."""
    folder = base / f"{keeper.kind}-{len(_clusters(base, keeper))}"
    folder.mkdir(mode=0o700)
    users = (folder / USERS).open("w")
    fcntl.flock(users, fcntl.LOCK_SH)
    with (folder / "keeper.log").open("wb") as log:
        words = [sys.executable, str(Path(__file__).with_name(keeper.script)), str(folder), *map(str, keeper.words)]
        subprocess.run(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, check=True)
    deadline = time.monotonic() + _SECONDS
    while not (folder / READY).exists():
        if (folder / FAILED).exists() or time.monotonic() > deadline:
            users.close()
            raise RuntimeError(f"the test cluster did not start: {(folder / 'keeper.log').read_text()}")
        time.sleep(0.05)
    return folder, users


def _clusters(base: Path, keeper: Keeper) -> list[Path]:
    return sorted(base.glob(f"{keeper.kind}-*"), key=lambda path: int(path.name.rpartition("-")[2]))

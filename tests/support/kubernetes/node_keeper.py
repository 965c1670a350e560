"""Keeps a whole cluster for as long as somebody uses it: `node_keeper.py FOLDER BINARIES DNS`, as `keeper.py` keeps control planes."""

import fcntl
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from kubernetes.control_plane import die_with_parent
from kubernetes.keeper import FAILED, READY, USERS
from kubernetes.node import BORN

_SECONDS = 120
FIRST = "first-process"
_CGROUPS = Path("/sys/fs/cgroup")


class Link:
    """A pair of interfaces between the machine, 198.18.N.1, and a cluster, 198.18.N.2."""

    def __init__(self) -> None:
        for number in range(1, 255):
            self.host, self.peer = f"lk{number}", f"lkp{number}"
            self.outside, self.inside = f"198.18.{number}.1", f"198.18.{number}.2"
            made = ["ip", "link", "add", self.host, "type", "veth", "peer", "name", self.peer]
            if subprocess.run(made, capture_output=True, check=False).returncode == 0:
                break
        else:
            raise RuntimeError("no interface for another cluster can be made")
        _ip(f"addr add {self.outside}/30 dev {self.host}")
        _ip(f"link set {self.host} up")

    def give(self, pid: int) -> None:
        """Move the inner end into the network of a process."""
        _ip(f"link set {self.peer} netns {pid}")

    def close(self) -> None:
        """Remove both ends; no error where they are gone."""
        subprocess.run(["ip", "link", "del", self.host], capture_output=True, check=False)


def keep(folder: Path, binaries: Path, dns: Path) -> None:
    """Start a cluster, wait for its last user, and end it without a trace."""
    link = Link()
    before = _containers()
    inner = [sys.executable, str(Path(__file__).with_name("node.py")), str(folder), str(binaries), str(dns)]
    outer = ["unshare", "--pid", "--mount", "--net", "--ipc", "--uts", "--fork", "--kill-child", "--mount-proc"]
    words = [*outer, *inner, link.inside, link.outside, link.peer]
    child = subprocess.Popen(words, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
    try:
        _until((folder / BORN).exists, child)
        first = _first(child.pid)
        (folder / FIRST).write_text(str(first))
        link.give(first)
        _until((folder / READY).exists, child)
        with (folder / USERS).open() as users:
            fcntl.flock(users, fcntl.LOCK_EX)
    except Exception as error:
        (folder / FAILED).write_text(f"{type(error).__name__}: {error}")
        raise
    finally:
        (folder / READY).unlink(missing_ok=True)
        child.kill()
        child.wait()
        link.close()
        _remove_cgroups(before)
        for made in ("etcd", "pki", "kubelet", "kubelet-pki", "containerd"):
            shutil.rmtree(folder / made, ignore_errors=True)


def _until(condition: object, child: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _SECONDS
    while not condition():  # type: ignore[operator]
        if child.poll() is not None:
            raise RuntimeError(f"the cluster ended with {child.returncode}")
        if time.monotonic() > deadline:
            raise TimeoutError(f"no cluster after {_SECONDS} s")
        time.sleep(0.05)


def _first(unshare: int) -> int:
    """The first process of the namespace, as the machine numbers it."""
    return int(Path(f"/proc/{unshare}/task/{unshare}/children").read_text().split()[0])


def _containers() -> set[Path]:
    """The control groups that runc has made for containers of Kubernetes, in every hierarchy."""
    return {path for path in _CGROUPS.glob("*/k8s.io/*") if path.is_dir()} | {
        path for path in _CGROUPS.glob("k8s.io/*") if path.is_dir()
    }


def _remove_cgroups(before: set[Path]) -> None:
    """Remove empty groups that came since; those of another cluster are in use, and stay."""
    deadline = time.monotonic() + 5
    while left := [path for path in _containers() - before if _empty(path)]:
        for path in sorted(left, reverse=True):
            try:
                path.rmdir()
            except OSError:
                time.sleep(0.05)
        if time.monotonic() > deadline:
            break
    for parent in {path.parent for path in _CGROUPS.glob("*/k8s.io/")} | set(_CGROUPS.glob("*/k8s.io")):
        try:
            parent.rmdir()
        except OSError:
            continue


def _empty(path: Path) -> bool:
    try:
        return not (path / "cgroup.procs").read_text().strip()
    except OSError:
        return False


def _ip(words: str) -> None:
    subprocess.run(["ip", *words.split()], check=True)


if __name__ == "__main__" and os.fork() == 0:  # nobody's child: who started it may leave before others
    keep(*map(Path, sys.argv[1:4]))

"""A whole cluster of one node for tests, and for people: `python tests/support/kubernetes/whole.py` (make kube-node).

Everything runs in namespaces of its own (`node.py`); its kubeconfig works on the machine, and the node's address, where
node ports are, is reachable from it.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from kubernetes.binaries import ROOT
from kubernetes.cluster import Cluster, Keeper, shared_cluster
from kubernetes.images import base_images
from kubernetes.node import PODS
from kubernetes.node_keeper import FIRST

COMMANDS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy")
PROGRAMS = {"containerd": "containerd", "runc": "runc", "ctr": "containerd", "iptables": "iptables", "busybox":
            "busybox-static", "unshare": "util-linux"}  # fmt: skip
PLUGINS = Path("/usr/lib/cni")
_PATH = "/usr/sbin:/sbin:/usr/bin:/bin"


@dataclass(frozen=True)
class Whole:
    """A running cluster. `folder`: its logs, its containerd's socket."""

    kubeconfig: Path
    folder: Path

    @property
    def address(self) -> str:
        """The node's, and the API server's."""
        return self.server.rpartition(":")[0]

    @property
    def server(self) -> str:
        """The API server's address and port."""
        url = next(line for line in self.kubeconfig.read_text().splitlines() if '"server"' in line)
        return url.split("//")[1].split('"')[0]

    @property
    def network(self) -> Path:
        """The network namespace of the node."""
        return Path(f"/proc/{(self.folder / FIRST).read_text()}/ns/net")

    def processes(self, name: str) -> list[int]:
        """The cluster's processes that run a program of that name, as the machine numbers them."""
        inside = (self.network.parent / "pid").readlink()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                program = (folder / "cmdline").read_bytes().split(b"\0")[0].decode(errors="replace")
                if Path(program).name == name and (folder / "ns/pid").readlink() == inside:
                    found.append(int(folder.name))
        return found

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """Lose all between pods and the API server, as if it were away: neither an answer nor a refusal comes."""
        port = self.server.rpartition(":")[2]
        hears = ["INPUT", "-s", PODS, "-p", "tcp", "--dport", port, "-j", "DROP"]
        says = ["OUTPUT", "-d", PODS, "-p", "tcp", "--sport", port, "-j", "DROP"]
        for rule in (hears, says):
            self._iptables("-I", *rule)
        try:
            yield
        finally:
            for rule in (hears, says):
                self._iptables("-D", *rule)

    def etcd(self, path: str, **words: str) -> None:
        """Ask etcd by its JSON gateway; raises RuntimeError with what it says."""
        socket, given = f"{self.folder}/etcd:0", json.dumps(words)
        asked = ["curl", "-sS", "--fail-with-body", "--unix-socket", socket, f"http://etcd{path}", "-d", given]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"etcd {path}: {done.stdout}{done.stderr}")

    def _iptables(self, *words: str) -> None:
        subprocess.run(["nsenter", f"--net={self.network}", "iptables", "-w", *words], check=True)

    def load(self, archive: Path) -> None:
        """Give the node the images of a docker-archive."""
        words = ["ctr", "-a", f"{self.folder}/containerd.sock", "-n", "k8s.io", "images", "import", str(archive)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{archive}: {done.stderr.strip()}")


def missing() -> str:
    """Say what this machine lacks to run a whole cluster; "" when it has all."""
    if os.geteuid() != 0:
        return "a cluster with a node needs root"
    absent = {package for program, package in PROGRAMS.items() if not shutil.which(program, path=_PATH)}
    absent |= set() if (PLUGINS / "ptp").exists() else {"containernetworking-plugins"}
    if absent:
        return f"a cluster with a node needs: apt-get install {' '.join(sorted(absent))}"
    places = [_where() / name for name in COMMANDS] + [_where("coredns") / "coredns"]
    unbuilt = [place.name for place in places if not os.access(place, os.X_OK)]
    return f"there is no {', '.join(unbuilt)}: run make kube-node, which builds them (needs Go)" if unbuilt else ""


@contextmanager
def whole_cluster(base: Path) -> Iterator[Whole]:
    """Use the cluster of all processes with the same `base`, or start it. Raises RuntimeError with what went wrong."""
    with shared_cluster(base, Keeper("node_keeper.py", (_where(), _where("coredns")))) as cluster:
        yield _with_images(cluster)


def _with_images(cluster: Cluster) -> Whole:
    whole = Whole(cluster.kubeconfig, cluster.folder)
    with cluster.once("images") as first:
        if first:
            whole.load(base_images(cluster.folder))
    return whole


def _where(*words: str) -> Path:
    told = [str(ROOT / "scripts" / "kubernetes"), "--where", *words]
    return Path(subprocess.run(told, capture_output=True, text=True, check=True, timeout=30).stdout.strip())


def main() -> None:
    """Run a cluster until Ctrl-C."""
    if lack := missing():
        sys.exit(lack)
    with tempfile.TemporaryDirectory(prefix="lateen-kube-node-") as base, whole_cluster(Path(base)) as cluster:
        print(f"Kubernetes runs; its node is {cluster.address}. Ctrl-C removes it.\n")
        print(f"  export KUBECONFIG={cluster.kubeconfig}")
        print(f"  ctr -a {cluster.folder}/containerd.sock -n k8s.io images import ARCHIVE\n", flush=True)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)  # `pause` returns then
        signal.pause()
        print("Removing it")


if __name__ == "__main__":
    main()

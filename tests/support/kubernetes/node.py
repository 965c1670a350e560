"""A whole cluster of one node, as the first process of namespaces of its own: `node.py FOLDER BINARIES DNS INSIDE OUTSIDE PEER`.

The control plane, a scheduler, containerd with runc, a kubelet, kube-proxy and CoreDNS. `node_keeper.py` starts it. Paths of
the machine that parts of it write to are hidden behind file systems in memory, sysctls of the machine behind files: when the
last process ends, nothing is left but FOLDER.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from kubernetes.certificates import Authority
from kubernetes.control_plane import ControlPlane

PODS, DNS_SERVICE = "10.244.0.0/16", "10.96.0.10"
NAME = "node"
BORN, READY = "born", "ready"

# What a kubelet would set for the whole machine: it sees it set already.
_SYSCTLS = {
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
}


class Node(ControlPlane):
    """The cluster; `start` returns when its node is ready for pods."""

    controllers = ("*",)

    def __init__(self, folder: Path, binaries: Path, dns: Path, address: str) -> None:
        super().__init__(folder, binaries, address)
        self._dns, self.socket = dns, folder / "containerd.sock"

    def start(self) -> None:
        """Start everything; raises RuntimeError with the end of the log of what died, TimeoutError."""
        self._write("containerd.toml", _containerd(self._folder))
        self._write("cni/10-pods.conflist", json.dumps(_network(self._folder)))
        self._write("kubelet.yaml", json.dumps(_kubelet(self._folder)))
        self._write("proxy.yaml", json.dumps(_proxy(self._folder, self._address)))
        self._write("resolv.conf", "")
        self._run("/usr/bin/containerd", "-c", f"{self._folder}/containerd.toml")
        super().start()
        self._run("kube-scheduler", f"--kubeconfig={self._folder}/scheduler.kubeconfig", "--leader-elect=false")
        self._until(self.socket.exists, "containerd")
        self._run("kubelet", *self._kubelet_words())
        self._run("kube-proxy", f"--config={self._folder}/proxy.yaml")
        self._write("Corefile", _corefile(self._folder / "dns.kubeconfig"))
        self._run(str(self._dns / "coredns"), "-conf", f"{self._folder}/Corefile")
        self._put("/api/v1/namespaces/kube-system/services", _dns_service())
        self._put("/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices", _dns_slice(self._address))
        self._until(self._node_ready, "the node to be ready")

    def _make_credentials(self) -> None:
        super()._make_credentials()
        authority = Authority.opened(self._folder / "pki")
        users = {
            "scheduler": ("system:kube-scheduler", ()),
            "proxy": ("system:kube-proxy", ()),
            "kubelet": (f"system:node:{NAME}", ("system:nodes",)),
            "dns": ("admin", ("system:masters",)),
        }
        for name, (user, groups) in users.items():
            authority.sign_client(name, user, groups)
            self._write_kubeconfig(self._folder / f"{name}.kubeconfig", name)

    def _apiserver(self) -> list[str]:
        without = ("--endpoint-reconciler-type=none",)
        kubelet = (self._pki("admin.crt"), self._pki("admin.key"))
        return [
            *(word for word in super()._apiserver() if word not in without),
            f"--kubelet-client-certificate={kubelet[0]}",
            f"--kubelet-client-key={kubelet[1]}",
            "--kubelet-preferred-address-types=InternalIP",
        ]

    def _kubelet_words(self) -> list[str]:
        return [
            f"--config={self._folder}/kubelet.yaml",
            f"--kubeconfig={self._folder}/kubelet.kubeconfig",
            f"--hostname-override={NAME}",
            f"--node-ip={self._address}",
            f"--cert-dir={self._folder}/kubelet-pki",
        ]

    def _node_ready(self) -> bool:
        node = self._get(f"/api/v1/nodes/{NAME}")
        conditions = node.get("status", {}).get("conditions", ())
        return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)

    def _write(self, name: str, text: str) -> None:
        path = self._folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def _containerd(folder: Path) -> str:
    return f"""\
version = 2
root = "{folder}/containerd"
state = "/run/containerd-state"
oom_score = 0
[grpc]
  address = "{folder}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  restrict_oom_score_adj = true
  stream_server_address = "127.0.0.1"
  sandbox_image = "localhost/pause:1"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{folder}/cni"
"""


def _network(folder: Path) -> dict[str, object]:
    """A route for each pod: no bridge, so that what is sent to a service always passes the node's rules, both ways."""
    addresses = {"type": "host-local", "ranges": [[{"subnet": PODS}]], "routes": [{"dst": "0.0.0.0/0"}]}
    pods = {"type": "ptp", "ipMasq": False, "ipam": addresses | {"dataDir": "/run/cni"}}
    return {"cniVersion": "0.4.0", "name": "pods", "plugins": [pods]}


def _kubelet(folder: Path) -> dict[str, object]:
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "healthzPort": 0,
        "readOnlyPort": 0,
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": False},
            "x509": {"clientCAFile": f"{folder}/pki/ca.crt"},
        },
        "authorization": {"mode": "AlwaysAllow"},
        "failCgroupV1": False,
        "cgroupDriver": "cgroupfs",
        "cgroupsPerQOS": False,
        "enforceNodeAllocatable": [],
        "failSwapOn": False,
        "makeIPTablesUtilChains": False,
        "containerRuntimeEndpoint": f"unix://{folder}/containerd.sock",
        "resolvConf": f"{folder}/resolv.conf",
        "clusterDNS": [DNS_SERVICE],
        "clusterDomain": "cluster.local",
        "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
        "imageGCHighThresholdPercent": 100,
        "maxPods": 200,
        "serializeImagePulls": False,
        "syncFrequency": "10s",
        "volumePluginDir": f"{folder}/volume-plugins",
        "podLogsDir": "/var/log/pods",
    }


def _proxy(folder: Path, address: str) -> dict[str, object]:
    """Connection tracking is set for the machine as a whole: it stays as it is."""
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "clientConnection": {"kubeconfig": f"{folder}/proxy.kubeconfig"},
        "hostnameOverride": NAME,
        "mode": "iptables",
        "clusterCIDR": PODS,
        "bindAddress": address,
        "healthzBindAddress": "",
        "metricsBindAddress": "127.0.0.1:10249",
        "iptables": {"minSyncPeriod": "0s", "syncPeriod": "30s"},
        "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
    }


def _corefile(kubeconfig: Path) -> str:
    return f"""\
.:53 {{
    errors
    kubernetes cluster.local in-addr.arpa ip6.arpa {{
        kubeconfig {kubeconfig} test
        ttl 5
    }}
    cache 5
}}
"""


def _dns_service() -> dict[str, object]:
    ports = [{"name": f"dns-{one.lower()}", "port": 53, "protocol": one} for one in ("UDP", "TCP")]
    meta = {"name": "kube-dns", "namespace": "kube-system", "labels": {"k8s-app": "kube-dns"}}
    return {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": {"clusterIP": DNS_SERVICE, "ports": ports}}


def _dns_slice(address: str) -> dict[str, object]:
    ports = [{"name": f"dns-{one.lower()}", "port": 53, "protocol": one} for one in ("UDP", "TCP")]
    meta = {"name": "kube-dns", "namespace": "kube-system", "labels": {"kubernetes.io/service-name": "kube-dns"}}
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": meta,
        "addressType": "IPv4",
        "endpoints": [{"addresses": [address], "conditions": {"ready": True}}],
        "ports": ports,
    }


def _hide(folder: Path) -> None:
    """Cover what is the machine's."""
    for path in ("/run", "/var/lib", "/var/log"):
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", path], check=True)
    seen = folder / "sysctls"
    seen.mkdir()
    for name, value in _SYSCTLS.items():
        shown = seen / name.replace("/", ".")
        shown.write_text(f"{value}\n")
        subprocess.run(["mount", "--bind", str(shown), f"/proc/sys/{name}"], check=True)
    kubelet = Path("/var/lib/kubelet")
    kubelet.mkdir()
    inside = folder / "kubelet"
    inside.mkdir()
    subprocess.run(["mount", "--bind", str(inside), str(kubelet)], check=True)
    subprocess.run(["mount", "--make-rshared", str(kubelet)], check=True)


def _arrive(inside: str, outside: str, peer: str) -> None:
    deadline = time.monotonic() + 10
    while subprocess.run(["ip", "link", "show", peer], capture_output=True, check=False).returncode:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{peer} does not come")
        time.sleep(0.02)
    for words in (
        "link set lo up",
        f"addr add {inside}/30 dev {peer}",
        f"link set {peer} up",
        f"route add default via {outside}",
    ):
        subprocess.run(["ip", *words.split()], check=True)
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")


def main(folder: Path, binaries: Path, dns: Path, inside: str, outside: str, peer: str) -> None:
    """Run until killed; what dies of the cluster is started again."""
    _hide(folder)
    (folder / BORN).touch()
    _arrive(inside, outside, peer)
    node = Node(folder, binaries, dns, inside)
    node.start()
    (folder / READY).touch()
    node.tend()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]), *sys.argv[4:7])

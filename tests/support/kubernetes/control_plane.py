"""etcd, kube-apiserver and kube-controller-manager as child processes, on loopback, with their files in one folder."""

import ctypes
import json
import os
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from kubernetes.certificates import Authority

CONTROLLERS = (
    "certificatesigningrequest-signing-controller",
    "endpointslice-controller",
    "garbage-collector-controller",
    "namespace-controller",
    "root-ca-certificate-publisher-controller",
    "serviceaccount-controller",
)
ISSUER = "https://kubernetes.default.svc"
_START_SECONDS, _STOP_SECONDS = 90, 10
_PR_SET_PDEATHSIG = 1
_ETCD = "unix://etcd:0"
_libc = ctypes.CDLL(None, use_errno=True)


class ControlPlane:
    """A cluster without nodes: `start` returns when it is ready, `FOLDER/kubeconfig` is its admin's."""

    controllers: Sequence[str] = CONTROLLERS

    def __init__(self, folder: Path, binaries: Path, address: str = "127.0.0.1") -> None:
        self._folder, self._binaries, self._address = folder, binaries, address
        self._children: list[subprocess.Popen[bytes]] = []
        # A reservation: bound and not listening, it gets no connection, and nobody else is given its port.
        self._port = socket.socket()
        self._port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._port.bind((address, 0))

    @property
    def url(self) -> str:
        return f"https://{self._address}:{self._port.getsockname()[1]}"

    def start(self) -> None:
        """Start everything; raises RuntimeError with the end of the log of what died, TimeoutError."""
        self._make_credentials()
        self._run("etcd", *self._etcd())
        self._run("kube-apiserver", *self._apiserver())
        self._until(lambda: self._answers("/readyz"), "kube-apiserver to be ready")
        self._run("kube-controller-manager", *self._controllers())
        account = "/api/v1/namespaces/default/serviceaccounts/default"
        self._until(lambda: self._answers(account), "the default service account")

    def stop(self) -> None:
        """End all children, the last started first."""
        for child in reversed(self._children):
            child.terminate()
            try:
                child.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._port.close()

    def tend(self) -> None:
        """Start again whatever ends, as the init system of a machine would; for ever."""
        while True:
            ended, _ = os.wait()
            if child := next((one for one in self._children if one.pid == ended), None):
                self._children.remove(child)
                name, *words = map(str, child.args)  # type: ignore[arg-type,union-attr]
                self._run(name, *words)

    def _make_credentials(self) -> None:
        authority = Authority(self._folder / "pki")
        authority.sign_server("server", self._address)
        authority.sign_client("admin", "admin", ["system:masters"])
        authority.sign_client("controllers", "system:kube-controller-manager")
        authority.make_key("accounts")
        for user, path in (("admin", "kubeconfig"), ("controllers", "controllers.kubeconfig")):
            self._write_kubeconfig(self._folder / path, user)

    def _write_kubeconfig(self, path: Path, user: str) -> None:
        cluster = {"server": self.url, "certificate-authority": self._pki("ca.crt")}
        identity = {"client-certificate": self._pki(f"{user}.crt"), "client-key": self._pki(f"{user}.key")}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": user, "user": identity}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": user, "namespace": "default"}}],
            "current-context": "test",
        }
        path.write_text(json.dumps(config, indent=2))

    def _etcd(self) -> list[str]:
        """Its sockets are files in our folder (named like host:port), for this user only: etcd asks nobody who they are."""
        clients, peers = _ETCD, "unix://peers:0"
        return [
            f"--data-dir={self._folder}/etcd",
            "--unsafe-no-fsync",
            "--log-level=warn",
            f"--listen-client-urls={clients}",
            f"--advertise-client-urls={clients}",
            f"--listen-peer-urls={peers}",
            f"--initial-advertise-peer-urls={peers}",
            f"--initial-cluster=default={peers}",
        ]

    def _apiserver(self) -> list[str]:
        return [
            f"--etcd-servers={_ETCD}",
            f"--bind-address={self._address}",
            f"--advertise-address={self._address}",
            f"--secure-port={self.url.rpartition(':')[2]}",
            "--permit-port-sharing",
            "--endpoint-reconciler-type=none",  # it would publish a loopback address, and refuses to
            f"--tls-cert-file={self._pki('server.crt')}",
            f"--tls-private-key-file={self._pki('server.key')}",
            f"--client-ca-file={self._pki('ca.crt')}",
            "--authorization-mode=Node,RBAC",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--allow-privileged",
            f"--service-account-issuer={ISSUER}",
            f"--api-audiences={ISSUER},kubernetes.default.svc,istio-ca",
            f"--service-account-key-file={self._pki('accounts.pub')}",
            f"--service-account-signing-key-file={self._pki('accounts.key')}",
        ]

    def _controllers(self) -> list[str]:
        return [
            f"--kubeconfig={self._folder}/controllers.kubeconfig",
            f"--controllers={','.join(self.controllers)}",
            "--leader-elect=false",
            "--use-service-account-credentials",
            "--secure-port=0",
            f"--root-ca-file={self._pki('ca.crt')}",
            f"--cluster-signing-cert-file={self._pki('ca.crt')}",
            f"--cluster-signing-key-file={self._pki('ca.key')}",
            f"--service-account-private-key-file={self._pki('accounts.key')}",
        ]

    def _run(self, name: str, *words: str) -> None:
        with (self._folder / f"{Path(name).name}.log").open("ab") as log:
            command = [str(self._binaries / name), *words]  # an absolute name stands for itself
            child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self._folder, preexec_fn=die_with_parent
            )
        self._children.append(child)

    def _until(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not condition():
            for child in self._children:
                if child.poll() is not None:
                    raise RuntimeError(self._last_words(child))
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {_START_SECONDS} s for {what}")
            time.sleep(0.05)

    def _last_words(self, child: subprocess.Popen[bytes]) -> str:
        name = Path(str(child.args[0])).name  # type: ignore[index]
        log = self._folder / f"{name}.log"
        return f"{name} ended with {child.returncode} ({log}): …{log.read_text(errors='replace')[-2000:]}"

    def _answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(self.url + path, context=self._context(), timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def _get(self, path: str) -> dict[str, Any]:
        """Ask as the admin; {} for what there is not yet."""
        try:
            with urllib.request.urlopen(self.url + path, context=self._context(), timeout=5) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except (urllib.error.URLError, OSError):
            return {}

    def _put(self, path: str, raw: dict[str, Any]) -> None:
        """Create an object as the admin. Raises URLError."""
        asked = urllib.request.Request(
            self.url + path, json.dumps(raw).encode(), {"Content-Type": "application/json"}, method="POST"
        )
        urllib.request.urlopen(asked, context=self._context(), timeout=10).close()

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self._pki("ca.crt"))
        context.load_cert_chain(self._pki("admin.crt"), self._pki("admin.key"))
        return context

    def _pki(self, name: str) -> str:
        return str(self._folder / "pki" / name)


def die_with_parent() -> None:
    """Runs in the child: the kernel kills it when the thread that started it ends."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

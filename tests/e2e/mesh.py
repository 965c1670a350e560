"""Drive a real local mesh from a test: its own name, folders and ports; everything is gone afterwards."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from kubectl_path import find_kubectl

ROOT = Path(__file__).parents[2]
ENVOYS_USER = 1337
LATEEN = Path(sys.executable).parent / "lateen"
ECHO_IMAGE = {
    "apiVersion": "lateen.dev/v1alpha1",
    "kind": "ProcessImage",
    "metadata": {"name": "echo"},
    "spec": {"images": ["test/echo*"], "directory": str(ROOT / "tests/e2e/apps"), "command": ["python", "echo.py"]},
}


def eventually(look: Callable[[], Any], seconds: float = 10.0, what: str = "") -> Any:
    """Look until something true is seen; returns it. An AssertionError of `look` counts as not yet."""
    deadline = time.monotonic() + seconds
    error: Exception | None = None
    while True:
        try:
            if seen := look():
                return seen
        except (AssertionError, KeyError, IndexError) as failed:
            error = failed
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what or look}") from error
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mesh:
    """One mesh. `gateway` is the URL of its ingress gateway on this machine; its HTTPS is at `secure_port`."""

    def __init__(self, folder: Path) -> None:
        self.name = "t" + secrets.token_hex(4)
        self.port = free_port()
        self.secure_port = free_port()
        self.gateway = f"http://127.0.0.1:{self.port}"
        self.env = {
            **os.environ,
            "LATEEN_MESH": self.name,
            "LATEEN_STATE": str(folder / "state"),
            "LATEEN_RUN": str(folder / "run"),
        }
        self.state = folder / "state" / self.name
        self.run_folder = folder / "run" / self.name

    def up(self, *files: str | Path) -> None:
        arguments = [argument for file in files for argument in ("-f", str(file))]
        published = ("--publish", f"{self.port}:8080", "--publish", f"{self.secure_port}:8443")
        self.lateen("up", "-d", *published, *arguments, seconds=150)

    def down(self) -> None:
        self.lateen("down", "--wipe", seconds=90)

    def lateen(
        self, *arguments: str, stdin: str = "", check: bool = True, seconds: float = 60
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [LATEEN, *arguments], input=stdin, capture_output=True, text=True, env=self.env, timeout=seconds, cwd=ROOT
        )
        if check and done.returncode:
            raise AssertionError(
                f"lateen {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}{done.stderr}\n{self.tail()}"
            )
        return done

    def kubectl(self, *arguments: str, stdin: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
        env = {**self.env, "KUBECONFIG": str(self.state / "kubeconfig")}
        done = subprocess.run(
            [find_kubectl() or "kubectl", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            env=env,
            timeout=60,
            cwd=ROOT,
        )
        if check and done.returncode:
            raise AssertionError(f"kubectl {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def apply(self, *objects: str | dict[str, Any], namespace: str = "default") -> str:
        text = "\n---\n".join(each if isinstance(each, str) else json.dumps(each) for each in objects)
        return self.lateen("apply", "-n", namespace, "-f", "-", stdin=text).stdout

    def delete(self, *objects: str | dict[str, Any], namespace: str = "default") -> str:
        text = "\n---\n".join(each if isinstance(each, str) else json.dumps(each) for each in objects)
        return self.lateen("delete", "-n", namespace, "--ignore-not-found", "-f", "-", stdin=text).stdout

    def get(self, kind: str, name: str = "", namespace: str = "default") -> Any:
        found = json.loads(self.lateen("get", kind, *([name] if name else []), "-n", namespace, "-o", "json").stdout)
        return found if name else found["items"]

    def deploy(self, name: str, *, namespace: str = "default", ports: str = "8080=http", labels: dict[str, str] | None = None,
               account: str = "", inject: bool | None = None, replicas: int = 1, service_ports: list[dict[str, Any]] | None = None,
               app: str = "", annotations: dict[str, str] | None = None) -> None:  # fmt: skip
        """Deploy the echo workload `name` with a Service of the same name (or of `app`), and wait until it is ready."""
        app = app or name
        labels = {"app": app, "version": "v1", **(labels or {})}
        if inject is not None:
            labels["sidecar.istio.io/inject"] = str(inject).lower()
        objects: list[dict[str, Any]] = [ECHO_IMAGE]
        if account:
            objects.append(
                {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": account, "namespace": namespace}}
            )
        listed = service_ports or [{"name": f"http-{p.split('=')[0]}" if p.endswith("=http") else f"tcp-{p.split('=')[0]}",
                                    "port": int(p.split("=")[0])} for p in ports.split()]  # fmt: skip
        objects.append({"apiVersion": "v1", "kind": "Service", "metadata": {"name": app, "namespace": namespace},
                        "spec": {"selector": {"app": app}, "ports": listed}})  # fmt: skip
        container = {"name": "echo", "image": "test/echo", "env": [{"name": "PORTS", "value": ports}, {"name": "NAME", "value": name}],
                     "ports": [{"containerPort": int(p.split("=")[0])} for p in ports.split()],
                     "readinessProbe": {"tcpSocket": {"port": int(ports.split("=")[0])}}}  # fmt: skip
        pod = {"containers": [container], **({"serviceAccountName": account} if account else {})}
        objects.append({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": namespace},
                        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": app, "version": labels["version"]}},
                                 "template": {"metadata": {"labels": labels, "annotations": annotations or {}}, "spec": pod}}})  # fmt: skip
        self.apply(*objects, namespace=namespace)
        self.wait_ready(name, namespace)

    def wait_ready(self, deployment: str, namespace: str = "default", seconds: float = 40) -> None:
        def ready() -> bool:
            found = self.get("deployment", deployment, namespace)
            status, wanted = found.get("status", {}), found["spec"].get("replicas", 1)
            return bool(status.get("readyReplicas", 0) == wanted == status.get("updatedReplicas", 0))

        try:
            eventually(ready, seconds, f"deployment {deployment} ready")
        except AssertionError as error:
            pods = json.dumps(
                [[pod["metadata"]["name"], pod.get("status")] for pod in self.get("pods", namespace=namespace)]
            )
            found = self.get("deployment", deployment, namespace).get("status")
            raise AssertionError(f"{error}\n{found}\n{pods}\n{self.tail()}") from error

    def pods(self, app: str, namespace: str = "default") -> list[dict[str, Any]]:
        found = json.loads(self.lateen("get", "pods", "-n", namespace, "-l", f"app={app}", "-o", "json").stdout)[
            "items"
        ]
        return [pod for pod in found if not pod["metadata"].get("deletionTimestamp")]

    def pod(self, app: str, namespace: str = "default") -> str:
        return str(self.pods(app, namespace)[0]["metadata"]["name"])

    def inside(self, pod: dict[str, Any], *argv: str, seconds: float = 20) -> subprocess.CompletedProcess[str]:
        """Run a command as an application of `pod` would: its namespaces, an unprivileged user."""
        pid = eventually(lambda: self.app_pid(pod), 5, "the application's process")
        return subprocess.run(
            ["nsenter", "-t", str(pid), "-n", "-m", "-p", "-S", "65534", "-G", "65534", "--", *argv],
            capture_output=True, text=True, timeout=seconds,
        )  # fmt: skip

    def app_pid(self, pod: dict[str, Any]) -> int:
        """The machine's pid of an application process of `pod`, 0 where there is none."""
        return next((pid for pid, user in self._processes(pod) if user not in (0, ENVOYS_USER)), 0)

    def envoy_pid(self, pod: dict[str, Any]) -> int:
        """The machine's pid of the Envoy of `pod`, 0 where there is none."""
        return next((pid for pid, user in self._processes(pod) if user == ENVOYS_USER), 0)

    def _processes(self, pod: dict[str, Any]) -> Iterator[tuple[int, int]]:
        """Pid and user of what runs in the pod's network: other meshes that run here have pods with the same address."""
        network = os.stat(f"/run/netns/lateen-{self.name}-{pod['metadata']['uid']}").st_ino
        for process in Path("/proc").iterdir():
            if not process.name.isdigit():
                continue
            try:
                if (process / "ns/net").stat().st_ino == network:
                    yield int(process.name), process.stat().st_uid
            except OSError:
                continue

    def curl(
        self, app: str, *arguments: str, namespace: str = "default", seconds: float = 8
    ) -> subprocess.CompletedProcess[str]:
        """curl from a pod of `app`."""
        return self.inside(
            self.pods(app, namespace)[0], "curl", "-sS", "-m", str(seconds), *arguments, seconds=seconds + 5
        )

    def call(self, app: str, url: str, *arguments: str, namespace: str = "default") -> tuple[int, Any]:
        """GET from a pod of `app`: (status, the echo's JSON or None); 0 when there was no answer."""
        done = self.curl(app, "-w", "\n%{http_code}", url, *arguments, namespace=namespace)
        body, _, status = done.stdout.rpartition("\n")
        try:
            return int(status or 0), json.loads(body)
        except ValueError:
            return int(status or 0), None

    def tail(self) -> str:
        """The ends of the mesh's own logs: what a failed test wants to show."""
        texts = []
        for log in sorted((self.state / "logs").glob("*.log")):
            texts.append(f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-25:]))
        return "\n".join(texts)


def remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)

"""Drive a mesh in a real cluster from a test, as its users do: lateen, kubectl, and calls from outside and from pods."""

import json
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from kubernetes.whole import Whole
from mesh import LATEEN, eventually

CLIENT_IMAGE = "lateen/proxyv2:test"


class Reply(NamedTuple):
    """What a call came to: a status, 0 where there was no answer."""

    status: int
    body: str


class Mesh:
    """A cluster and its mesh."""

    def __init__(self, whole: Whole) -> None:
        self.whole = whole
        self.env = {**os.environ, "KUBECONFIG": str(whole.kubeconfig), "HOME": str(whole.folder)}
        self.env |= {"LATEEN_STATE": str(whole.folder / "no-state"), "LATEEN_RUN": "/nonexistent"}

    def kubectl(self, *words: object, given: str = "", check: bool = True) -> str:
        """Run the real kubectl; returns what it prints."""
        return self._run(["kubectl", *map(str, words)], given, check)

    def lateen(self, *words: object, given: str = "", check: bool = True) -> str:
        """Run lateen against the cluster; returns what it prints, errors too where it may fail."""
        return self._run([str(LATEEN), *map(str, words)], given, check)

    def install(self, *values: str, revision: str = "") -> str:
        """Install with the test's images and as few resources as a small machine has."""
        few = ("values.global.tag=test", "values.global.imagePullPolicy=Never", "values.pilot.autoscaleEnabled=false",
               "values.pilot.resources.requests.cpu=1m", "values.pilot.resources.requests.memory=10Mi",
               "values.global.proxy.resources.requests.cpu=1m", "values.global.proxy.resources.requests.memory=10Mi",
               "values.gateways.istio-ingressgateway.autoscaleEnabled=false")  # fmt: skip
        said = [word for value in (*few, *values) for word in ("--set", value)]
        named = ["--revision", revision] if revision else []
        return self.lateen("install", "-y", "--readiness-timeout", "90s", *said, *named)

    def apply(self, text: str) -> None:
        """Apply YAML."""
        self.kubectl("apply", "-f", "-", given=text)

    def get(self, *words: str) -> Any:
        """What `kubectl get … -o json` prints."""
        return json.loads(self.kubectl("get", *words, "-o", "json"))

    def pods(self, namespace: str, selector: str) -> list[dict[str, Any]]:
        """The pods that are not on their way out."""
        found = self.get("pods", "-n", namespace, "-l", selector)["items"]
        return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]

    def client(
        self,
        namespace: str,
        name: str = "client",
        annotations: dict[str, str] | None = None,
        account: str = "default",
        command: Sequence[str] = ("sleep", "infinity"),
        **labels: str,
    ) -> "Client":
        """A pod that can call; where its namespace is injected, it has a proxy."""
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": name,
                "namespace": namespace,
                "labels": {"app": name, **labels},
                "annotations": annotations or {},
            },
            "spec": {
                "containers": [_container(name, command)],
                "serviceAccountName": account,
                "terminationGracePeriodSeconds": 0,
            },
        }
        if not self.kubectl("get", "pod", "-n", namespace, name, "--ignore-not-found"):
            self.apply(yaml.safe_dump(pod))
        self.kubectl("wait", "-n", namespace, f"pod/{name}", "--for=condition=Ready", "--timeout=60s")
        return Client(self, namespace, name)

    def namespace(self, name: str, **labels: str) -> str:
        """Make a namespace with labels."""
        meta = {
            "name": name,
            "labels": {key.replace("__", "/").replace("_", "-"): value for key, value in labels.items()},
        }
        self.apply(yaml.safe_dump({"apiVersion": "v1", "kind": "Namespace", "metadata": meta}))
        return name

    @property
    def gateway(self) -> str:
        """The URL of the ingress gateway's port 80, as it is reached from outside."""
        ports = self.get("service", "-n", "istio-system", "istio-ingressgateway")["spec"]["ports"]
        return f"http://{self.whole.address}:{next(one['nodePort'] for one in ports if one['port'] == 80)}"

    def call(self, path: str = "/productpage") -> Reply:
        """Call the gateway from outside the cluster."""
        try:
            with urllib.request.urlopen(self.gateway + path, timeout=10) as answer:
                return Reply(answer.status, answer.read().decode())
        except urllib.error.HTTPError as error:
            return Reply(error.code, error.read().decode())
        except OSError as error:
            return Reply(0, str(error))

    def _run(self, words: list[str], given: str, check: bool) -> str:
        done = subprocess.run(
            words, input=given, capture_output=True, text=True, env=self.env, timeout=300, check=False
        )
        if check:
            assert done.returncode == 0, f"{' '.join(words)}: {done.stdout}{done.stderr}"
            return done.stdout
        return done.stdout + done.stderr


class Client(NamedTuple):
    """A pod that calls."""

    mesh: Mesh
    namespace: str
    name: str

    def call(self, url: str, *options: str) -> Reply:
        """Call with curl from the application's container."""
        words = ["curl", "-sS", "-m", "5", "-w", "\\n%{http_code}", *options, url]
        said = self.mesh.kubectl("exec", "-n", self.namespace, self.name, "-c", self.name, "--", *words, check=False)
        body, _, status = said.rpartition("\n")
        lines = said.splitlines()
        code = next((int(line) for line in reversed(lines) if line.isdecimal() and len(line) == 3), 0)
        return Reply(code, body if status else said)


def _container(name: str, command: Sequence[str]) -> dict[str, Any]:
    return {
        "name": name,
        "image": CLIENT_IMAGE,
        "imagePullPolicy": "Never",
        "command": list(command),
        "securityContext": {"runAsUser": 1000},
    }


def log_of(mesh: Mesh, namespace: str, workload: str, container: str = "istio-proxy") -> str:
    """What a container has logged."""
    return mesh.kubectl("logs", "-n", namespace, workload, "-c", container, "--tail=200")


__all__ = ["CLIENT_IMAGE", "Client", "Mesh", "Path", "Reply", "eventually", "log_of"]

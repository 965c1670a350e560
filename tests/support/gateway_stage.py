"""The stage of the Gateway API's conformance cases: one mesh with their base resources, where each plays in turn."""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parents[1] / "e2e"))

from gateway_assertions import ASSERTIONS, READY, Assertion
from gateway_certificates import Certificates
from mesh import ROOT, Mesh, eventually
from pod_client import PodClient

from lateen.base.refs import Key
from lateen.kinds.all import KINDS
from lateen.kinds.gateway_api.names import EXPERIMENTAL, GROUP
from lateen.kinds.spec import KindSpec
from lateen.planner.gateway_api.gateway import CONTROLLER
from lateen.sources.client import ApiError, Client

Raw = dict[str, Any]
CLASS = "istio"
DEADLINE = 10.0
MESH_NAMESPACES = ("gateway-conformance-mesh", "gateway-conformance-mesh-consumer")
CLIENT = {"namespace": "conformance-client", "selector": "app=client"}
IMAGE = {
    "apiVersion": "lateen.dev/v1alpha1",
    "kind": "ProcessImage",
    "metadata": {"name": "conformance-echo"},
    "spec": {
        "images": ["registry.k8s.io/gateway-api/conformance/*", "registry.k8s.io/coredns/*"],
        "directory": str(ROOT / "tests/e2e/apps"),
        "command": ["python", "conformance_echo.py"],
    },
}


class Stage:
    """A mesh with the base resources; use `begin`, then `play` cases, then `end`."""

    def __init__(self, mesh: Mesh, corpus: Path) -> None:
        self.mesh, self.corpus = mesh, corpus
        self._runner = asyncio.Runner()
        self._clients: dict[str, PodClient] = {}
        self.certificates = Certificates(json.loads((corpus / "generated-secrets.json").read_text()))

    def begin(self) -> None:
        """Apply what all cases stand on, and wait until it is ready."""
        self.api = self.run(self._connect())
        base = [*self.read("base/manifests.yaml"), *self.read("mesh/manifests.yaml")]
        # Namespaces and certificates first: the pods that mount these cannot start before.
        base.sort(key=lambda one: one["kind"] != "Namespace")
        first = [one for one in base if one["kind"] == "Namespace"]
        for one in [IMAGE, *map(_injected, first), *self.certificates.objects(), *_client(), *base[len(first) :]]:
            self.run(self.api.put(one))
        for namespace in [CLIENT["namespace"], *(one["metadata"]["name"] for one in first)]:
            self.until(ASSERTIONS["NamespacesMustBeReady"], {"namespaces": [namespace]}, 90)

    async def _connect(self) -> "Api":
        return Api(Client.from_kubeconfig(self.mesh.state / "kubeconfig"))

    def end(self) -> None:
        """Let go of everything but the mesh."""
        for client in self._clients.values():
            client.close()
        self.run(self.api.client.close())
        self._runner.close()

    def run(self, job: Awaitable[Any]) -> Any:
        """Run a coroutine on the stage's loop."""

        async def wrapped() -> Any:
            return await job

        return self._runner.run(wrapped())

    def read(self, path: str) -> list[Raw]:
        """The objects of a file of the corpus, as ours."""
        text = (self.corpus / path).read_text()
        text = text.replace("{GATEWAY_CLASS_NAME}", CLASS).replace("{GATEWAY_CONTROLLER_NAME}", CONTROLLER)
        # A volume at /root would hide the Python of those who have it there.
        text = text.replace("/root", "/etc/coredns")
        return [one for one in yaml.safe_load_all(text) if one]

    def until(self, check: Assertion, entry: Raw, seconds: float = DEADLINE) -> None:
        """Wait until an assertion holds; raises AssertionError with what it says last."""
        reason = self.run(_settled(lambda: check(self.api, entry), seconds))
        assert not reason, f"{entry.get('assert', '')}: {reason}"

    def client(self, where: Raw) -> PodClient:
        """The client in the pod that a case names (`selector`, `namespace`), or in the one outside the mesh."""
        key = f"{where['namespace']}/{where['selector']}"
        if key not in self._clients:
            pods = self.run(self.api.list("Pod", where["namespace"], where["selector"]))
            pid = eventually(lambda: self.mesh.app_pid(pods[0]), 10, f"a process of {key}")
            self._clients[key] = PodClient(pid)
        return self._clients[key]

    def address(self, gateway: str, listeners: list[str]) -> tuple[str, int]:
        """Where a Gateway is reached, and at which port: that of the first of the listeners, or of all."""
        found = self.run(self.api.get("Gateway", gateway))
        named = [one for one in found["spec"]["listeners"] if one["name"] in listeners]
        port = (named or found["spec"]["listeners"])[0]["port"]
        addresses = found["status"].get("addresses")
        assert addresses, f"Gateway {gateway} has no address"
        return addresses[0]["value"], port


async def _settled(look: Callable[[], Awaitable[str]], seconds: float) -> str:
    """What `look` says last: "" as soon as it does, or whatever it says when the time is up."""
    deadline = time.monotonic() + seconds
    while (reason := await look()) and time.monotonic() < deadline:
        await asyncio.sleep(0.03)
    return reason


def _injected(namespace: Raw) -> Raw:
    if namespace["metadata"]["name"] in MESH_NAMESPACES:
        namespace["metadata"].setdefault("labels", {})["istio-injection"] = "enabled"
    return namespace


def _client() -> Iterator[Raw]:
    """A pod outside the mesh: who asks gateways."""
    meta = {"name": "client", "namespace": CLIENT["namespace"], "labels": {"app": "client"}}
    container = {"name": "client", "image": "registry.k8s.io/gateway-api/conformance/echo-basic:client"}
    yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": CLIENT["namespace"]}}
    yield {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": {"containers": [container]}}


class Api:
    """The mesh's API, as cases and assertions ask it."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def put(self, raw: Raw) -> None:
        """Apply an object."""
        await self.client.apply(spec_of(raw["kind"], raw["apiVersion"]), raw, "conformance", force=True)

    async def get(self, kind: str, name: str) -> Raw:
        """Read an object by namespace/name; {} where it is not there."""
        try:
            return await self.client.get(spec_of(kind), key_of(name))
        except ApiError as error:
            if error.code != 404:
                raise
            return {}

    async def list(self, kind: str, namespace: str, labels: str = "") -> list[Raw]:
        """Read all objects of a namespace."""
        return (await self.client.list(spec_of(kind), namespace, label_selector=labels)).items

    async def merge(self, kind: str, name: str, patch: Raw) -> None:
        """Patch an object."""
        await self.client.patch(spec_of(kind), key_of(name), patch)

    async def remove(self, kind: str, name: str) -> None:
        """Delete an object, if it is there, and wait until it is gone."""
        try:
            await self.client.delete(spec_of(kind), key_of(name), grace_seconds=0)
        except ApiError as error:
            if error.code != 404:
                raise


def spec_of(kind: str, version: str = "") -> KindSpec:
    """The kind of an apiVersion, or else of the first group of those that cases use."""
    groups = (version.rpartition("/")[0],) if version else (GROUP, EXPERIMENTAL, "", "apps")
    found = (spec for group in groups for spec in KINDS if (spec.kind, spec.group) == (kind, group))
    return next(found)


def key_of(name: str) -> Key:
    """namespace/name, or a name alone."""
    namespace, _, rest = name.rpartition("/")
    return Key(namespace, rest)


def name_of(raw: Raw) -> str:
    """How cases name an object."""
    meta = raw["metadata"]
    return f"{meta['namespace']}/{meta['name']}" if meta.get("namespace") else str(meta["name"])


__all__ = ["CLASS", "CLIENT", "DEADLINE", "READY", "Api", "Stage", "key_of", "name_of", "spec_of"]

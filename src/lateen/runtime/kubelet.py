"""Run the pods of one node: every Pod with this node's name gets a worker, for as long as it is there."""

import asyncio
import logging
import os
import platform

import aiohttp

from lateen.base.clock import rfc3339
from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn
from lateen.kinds.all import by_kind
from lateen.runtime.machine import Json, Machine
from lateen.runtime.pod import PodWorker
from lateen.sources.client import ApiError
from lateen.sources.informer import Delete, Event, Put, follow

_log = logging.getLogger(__name__)


class Kubelet:
    """One node's pods. `run` until cancelled; then every process of theirs is killed and the objects stay."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._workers: dict[str, PodWorker] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def pod(self, key: Key) -> PodWorker | None:
        """The worker of the pod `key`; the newest where an old one of the same name is still ending."""
        found = [worker for worker in self._workers.values() if worker.key == key]
        return found[-1] if found else None

    @property
    def pods(self) -> list[PodWorker]:
        """All pods that are here, ending ones included."""
        return list(self._workers.values())

    async def run(self) -> None:
        """Register the node, follow its pods and the images."""
        machine = self._machine
        tasks = [
            spawn(machine.clerk.run(), name="clerk of the logs"),
            spawn(
                follow(machine.client, by_kind("ProcessImage"), self._hear_image, clock=machine.clock),
                name="watch of ProcessImage",
            ),
        ]
        try:
            await self._register()
            mine = f"spec.nodeName={machine.node}"
            await follow(machine.client, by_kind("Pod"), self._hear_pod, field_selector=mine, clock=machine.clock)
        finally:
            await cancel(*tasks, *self._tasks.values())

    def _hear_image(self, event: Event) -> None:
        match event:
            case Put(_, raw):
                self._machine.images.put(raw)
            case Delete(key):
                self._machine.images.delete(key.name)

    def _hear_pod(self, event: Event) -> None:
        match event:
            case Put(_, raw) if raw["metadata"]["uid"] in self._workers:
                self._workers[raw["metadata"]["uid"]].update(raw)
            case Put(key, raw):
                self._begin(key, raw)
            case Delete(_, uid) if uid in self._workers:
                self._workers[uid].vanish()

    def _begin(self, key: Key, pod: Json) -> None:
        uid = pod["metadata"]["uid"]
        worker = self._workers[uid] = PodWorker(pod, self._machine)
        task = self._tasks[uid] = spawn(worker.run(), name=f"pod {key}")
        task.add_done_callback(lambda _: self._forget(uid))

    def _forget(self, uid: str) -> None:
        self._workers.pop(uid, None)
        self._tasks.pop(uid, None)

    async def _register(self) -> None:
        """Create the Node, or say anew what it is; tries again until the API server takes it."""
        node = node_object(self._machine.node, self._machine.ip, self._machine.clock.now())
        kind, key = by_kind("Node"), Key("", self._machine.node)
        while True:
            try:
                if await self._machine.lookup("Node", key) is None:
                    await self._machine.client.create(kind, node)
                await self._machine.client.patch(kind, key, {"status": node["status"]}, subresource="status")
                return
            except (ApiError, aiohttp.ClientError, OSError, TimeoutError) as error:
                _log.warning("the node is not registered, again in 1 s: %s", error)
            await self._machine.clock.sleep(1)


def node_object(name: str, ip: str, now: float) -> Json:
    """The Node that stands for this machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    capacity = {"cpu": str(os.cpu_count() or 1), "memory": f"{memory // 1024}Ki", "pods": "250"}
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "KubeletReady",
        "message": "pods run as processes of this machine",
        "lastHeartbeatTime": rfc3339(now),
        "lastTransitionTime": rfc3339(now),
    }
    labels = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine()),
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "status": {
            "addresses": [{"type": "InternalIP", "address": ip}, {"type": "Hostname", "address": name}],
            "capacity": capacity,
            "allocatable": capacity,
            "conditions": [ready],
            "nodeInfo": {
                "kernelVersion": platform.release(),
                "osImage": "this machine",
                "operatingSystem": "linux",
                "architecture": labels["kubernetes.io/arch"],
                "containerRuntimeVersion": "lateen://1",
                "kubeletVersion": "lateen",
                "kubeProxyVersion": "lateen",
                "machineID": "",
                "systemUUID": "",
                "bootID": "",
            },
        },
    }

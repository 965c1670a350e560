import asyncio
import dataclasses
import os

import pytest
from apiservers import POD, served

from lateen.apiserver.credentials import NODE as KUBELET
from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn, until
from lateen.runtime.pod import PodWorker

KEY = Key("default", "web")


def pod(grace=30, **spec):
    container = {"name": "server", "image": "server", "readinessProbe": {"tcpSocket": {"port": 8080}}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"containers": [container], "terminationGracePeriodSeconds": grace, **spec},
    }


class Life:
    """A worker at work; `gate` holds what the proxies of others are waited for."""

    def __init__(self, admin):
        self.admin, self.gate, self.asked = admin, asyncio.Event(), asyncio.Event()
        self.worker = self.task = None

    async def drained(self, pod):
        self.asked.set()
        await self.gate.wait()

    @property
    def app(self):
        return self.worker.apps[0]

    async def begin(self, machine, made):
        self.worker = PodWorker(made, machine)
        self.task = spawn(self.worker.run(), name="pod")
        await until(lambda: self.app.status.ready, seconds=10, what="readiness", every=0.005)

    async def delete(self, **options):
        await self.admin.delete(POD, KEY, **options)
        self.worker.update(await self.admin.get(POD, KEY))


@pytest.fixture
async def life(machine, tmp_path):
    async with (
        served(tmp_path / "api", advertise=("10.244.0.1", 6443)) as api,
        api.client() as admin,
        api.client(KUBELET) as node,
    ):
        life = Life(admin)
        life.machine = dataclasses.replace(machine, client=node, drained=life.drained)
        yield life
        await cancel(life.task)


async def test_process_lives_until_no_proxy_sends_to_it(life):
    await life.begin(life.machine, await life.admin.create(POD, pod()))
    await life.delete()
    await life.asked.wait()
    status, _ = await life.worker.home.inside.http("GET", f"http://{life.worker.home.ip}:8080/", seconds=5)
    assert status == 200
    life.gate.set()
    await asyncio.wait_for(life.task, 10)
    assert life.app.status.state.code == 143
    assert (await life.admin.list(POD)).items == []


async def test_patience_with_the_proxies_of_others_has_an_end(life):
    await life.begin(life.machine, await life.admin.create(POD, pod(grace=1)))
    await life.delete()
    await asyncio.wait_for(life.task, 10)
    assert life.app.status.state.code == 143


async def test_cancelled_worker_kills_and_leaves_the_object(life):
    await life.begin(life.machine, await life.admin.create(POD, pod()))
    pid = life.app.pid
    await cancel(life.task)
    assert not os.path.exists(f"/proc/{pid}")
    assert life.machine.network._pods == {}
    assert [item["metadata"]["name"] for item in (await life.admin.list(POD)).items] == ["web"]


async def test_pod_comes_back_after_its_node_was_away(life):
    made = await life.admin.create(POD, pod())
    await life.begin(life.machine, made)
    address = life.worker.home.ip
    await until_written(life, lambda status: status.get("podIP") == address)
    await cancel(life.task)
    await life.begin(life.machine, await life.admin.get(POD, KEY))
    status = await until_written(life, lambda status: status.get("podIP", address) != address)
    assert status["containerStatuses"][0]["restartCount"] == 1


async def test_pod_deleted_while_its_node_was_away_goes(life):
    await life.admin.create(POD, pod())
    await life.admin.delete(POD, KEY)
    life.worker = PodWorker(await life.admin.get(POD, KEY), life.machine)
    life.task = spawn(life.worker.run(), name="pod")
    await asyncio.wait_for(life.task, 10)
    assert (await life.admin.list(POD)).items == []


async def until_written(life, wanted):
    """Wait until the pod's status is as wanted."""
    listing = await life.admin.list(POD)
    if wanted(listing.items[0]["status"]):
        return listing.items[0]["status"]
    async for event in life.admin.watch(POD, listing.resource_version):
        if event.type == "MODIFIED" and wanted(event.object["status"]):
            return event.object["status"]
    raise AssertionError("the watch ended")

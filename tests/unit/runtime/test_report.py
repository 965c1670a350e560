import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

from apiservers import POD, pod, served

from lateen.apiserver.credentials import NODE as KUBELET
from lateen.base.clock import SystemClock
from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn
from lateen.runtime.pod_status import ContainerStatus, PodState, Running
from lateen.runtime.report import Report

KEY = Key("default", "web")


class Life:
    """A pod whose state a test turns."""

    def __init__(self):
        self.app, self.ip = ContainerStatus("main", "main:1"), ""

    def state(self):
        return PodState(
            inits=[], sidecars=[], apps=[self.app], init_order=[], ip=self.ip, host_ip="10.244.0.1", start=1
        )

    def run(self, ip):
        self.app.state, self.app.ready, self.app.started, self.ip = Running(2), True, True, ip


@pytest.fixture
async def api(tmp_path):
    async with served(tmp_path) as made:
        yield made


async def reported(client, wanted):
    """Wait until the pod's status is as wanted; returns it."""
    listing = await client.list(POD)
    current = listing.items[0].get("status", {})
    if wanted(current):
        return current
    async for event in client.watch(POD, listing.resource_version):
        if event.type == "MODIFIED" and wanted(event.object.get("status", {})):
            return event.object["status"]
    raise AssertionError("the watch ended")


async def test_status_is_written_when_it_changes(api):
    async with api.client() as admin, api.client(KUBELET) as node:
        made, life = await admin.create(POD, pod("web")), Life()
        report = Report(node, SystemClock(), made, life.state)
        task = spawn(report.run(), name="report")
        await reported(admin, lambda status: status.get("containerStatuses"))
        life.run("10.244.0.9")
        report.changed()
        status = await reported(admin, lambda status: status.get("phase") == "Running")
        assert status["podIP"] == "10.244.0.9"
        version = (await admin.get(POD, KEY))["metadata"]["resourceVersion"]
        report.changed()
        life.app.restarts = 1
        report.changed()
        await reported(admin, lambda status: status["containerStatuses"][0]["restartCount"] == 1)
        assert int((await admin.get(POD, KEY))["metadata"]["resourceVersion"]) == int(version) + 1
        await cancel(task)


async def test_address_of_a_former_life_is_taken_back(api):
    async with api.client() as admin, api.client(KUBELET) as node:
        made = await admin.create(POD, pod("web"))
        made = await admin.update_status(POD, {**made, "status": {"phase": "Running", "podIP": "10.244.0.5"}})
        task = spawn(Report(node, SystemClock(), made, Life().state).run(), name="report")
        status = await reported(admin, lambda status: status.get("phase") == "Pending")
        assert "podIP" not in status
        await cancel(task)


async def test_successor_of_the_same_name_is_not_touched(api):
    async with api.client() as admin, api.client(KUBELET) as node:
        made = await admin.create(POD, pod("web"))
        await admin.delete(POD, KEY, grace_seconds=0)
        await admin.create(POD, pod("web"))
        await Report(node, SystemClock(), made, Life().state).run()
        assert "containerStatuses" not in (await admin.get(POD, KEY)).get("status", {})


async def test_report_ends_with_the_object(api):
    async with api.client() as admin, api.client(KUBELET) as node:
        made = await admin.create(POD, pod("web"))
        await admin.delete(POD, KEY, grace_seconds=0)
        await Report(node, SystemClock(), made, Life().state).run()

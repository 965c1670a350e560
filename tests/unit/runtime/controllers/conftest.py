import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from apiservers import served

from lateen.apiserver.credentials import CONTROLLER
from lateen.base.clock import SystemClock
from lateen.base.tasks import cancel, spawn, until
from lateen.runtime.controllers import CONTROLLERS, KINDS
from lateen.runtime.controllers.controller import run_controllers
from lateen.runtime.mirror import Mirror


class Plane:
    """An API server with the controllers at work, and nobody who runs pods: a test says how they are."""

    def __init__(self, admin, mirror):
        self.admin, self.mirror = admin, mirror

    async def until(self, condition, what):
        return await until(condition, seconds=10, what=what, every=0.005)

    def pods(self):
        return [pod for pod in self.mirror.all("Pod") if "deletionTimestamp" not in pod["metadata"]]

    def sets(self):
        """Replicas by ReplicaSet, the newest revision last."""
        found = self.mirror.all("ReplicaSet")
        found.sort(key=lambda raw: int(raw["metadata"]["annotations"]["deployment.kubernetes.io/revision"]))
        return [raw["spec"]["replicas"] for raw in found]

    async def make_ready(self, pod):
        """Say that the pod runs."""
        condition = {"type": "Ready", "status": "True", "lastTransitionTime": "2023-11-14T22:13:20Z"}
        status = {"phase": "Running", "podIP": "10.244.0.9", "conditions": [condition]}
        await self.mirror.update_status("Pod", {**pod, "status": status})


@pytest.fixture
async def plane(tmp_path):
    async with served(tmp_path) as api, api.client() as admin, api.client(CONTROLLER) as client:
        # Pods' statuses are written here as an administrator writes them: the controllers may not.
        mirror = Mirror(client, KINDS, SystemClock())
        task = spawn(run_controllers(CONTROLLERS, mirror), name="controllers")
        await mirror.synced()
        made = Plane(admin, mirror)
        made.mirror = Mirror(admin, KINDS, SystemClock())
        watching = spawn(made.mirror.run(), name="mirror of the test")
        await made.mirror.synced()
        yield made
        await cancel(task, watching)

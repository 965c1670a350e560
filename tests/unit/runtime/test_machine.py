import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

from apiservers import CONFIG_MAP, NODE, POD, config_map, pod, served

from lateen.apiserver.credentials import NODE as KUBELET
from lateen.base.clock import SystemClock
from lateen.base.refs import Key
from lateen.runtime.logs import Clerk
from lateen.runtime.machine import Machine, at_once


@pytest.fixture
async def api(tmp_path):
    async with served(tmp_path) as made:
        yield made


@pytest.fixture
async def machine(api, tmp_path):
    clock = SystemClock()
    async with api.client(KUBELET) as client:
        yield Machine(
            node=NODE, ip="10.244.0.1", client=client, network=None, sandboxes=None, proxies=None, clock=clock,
            run=tmp_path, logs=tmp_path, clerk=Clerk(clock),
        )  # fmt: skip


async def test_missing_object_is_none(machine, api):
    assert await machine.lookup("ConfigMap", Key("default", "settings")) is None
    async with api.client() as admin:
        volume = {"name": "v", "configMap": {"name": "settings"}}
        of_pod = pod("web")
        of_pod["spec"]["volumes"] = [volume]
        await admin.create(POD, of_pod)
        await admin.create(CONFIG_MAP, config_map("settings", {"x": "1"}))
        found = await machine.lookup("ConfigMap", Key("default", "settings"))
        assert found["data"] == {"x": "1"}


async def test_token_is_the_pods_own(machine, api):
    async with api.client() as admin:
        made = await admin.create(POD, pod("web"))
    token = await machine.token(made, "istio-ca", 3600)
    assert token.count(".") == 2


async def test_folders_are_apart(machine, tmp_path):
    assert machine.folder("uid") == tmp_path / "pods" / "uid"
    await at_once({})

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

from apiservers import CONFIG_MAP, config_map, deployment, served

from lateen.base.clock import SystemClock
from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn, until
from lateen.runtime.controllers.references import owned_by
from lateen.runtime.mirror import Mirror
from lateen.sources.informer import Delete, Put

KEY = Key("default", "a")


def raw(name="a", version=1, uid="u", **data):
    metadata = {"name": name, "namespace": "default", "uid": uid, "resourceVersion": str(version)}
    return {"metadata": metadata, "data": data}


@pytest.fixture
def still():
    """A mirror that follows nobody."""
    return Mirror(None, ["ConfigMap"], SystemClock())


@pytest.fixture
async def api(tmp_path):
    async with served(tmp_path) as made:
        yield made


@pytest.fixture
async def live(api):
    async with api.client() as client:
        mirror = Mirror(client, ["ConfigMap", "Deployment", "ReplicaSet"], SystemClock())
        task = spawn(mirror.run(), name="mirror")
        await mirror.synced()
        yield mirror
        await cancel(task)


def test_listeners_hear_of_changes_and_of_nothing_else(still):
    heard = []
    still.listen("ConfigMap", lambda before, after: heard.append((before and before["data"], after and after["data"])))
    still._hear("ConfigMap", Put(KEY, raw(x="1")))
    still._hear("ConfigMap", Put(KEY, raw(x="1")))
    still._hear("ConfigMap", Put(KEY, raw(version=2, x="2")))
    still._hear("ConfigMap", Delete(KEY, "u", {}))
    assert heard == [(None, {"x": "1"}), ({"x": "1"}, {"x": "2"}), ({"x": "2"}, None)]


def test_older_events_do_not_undo_what_is_known(still):
    still._hear("ConfigMap", Put(KEY, raw(version=12, x="new")))
    still._hear("ConfigMap", Put(KEY, raw(version=9, x="old")))
    assert still.get("ConfigMap", KEY)["data"] == {"x": "new"}
    still._hear("ConfigMap", Delete(KEY, "another uid", {}))
    assert still.get("ConfigMap", KEY) is not None


def test_objects_by_namespace(still):
    still._hear("ConfigMap", Put(KEY, raw()))
    assert still.within("ConfigMap", "default") == still.all("ConfigMap") == [raw()]
    assert still.within("ConfigMap", "other") == []


async def test_own_writes_show_at_once(live):
    await live.create("ConfigMap", config_map("a", {"x": "1"}))
    assert live.get("ConfigMap", KEY)["data"] == {"x": "1"}
    await live.patch("ConfigMap", KEY, {"data": {"y": "2"}})
    assert live.get("ConfigMap", KEY)["data"] == {"x": "1", "y": "2"}
    await live.replace("ConfigMap", {**live.get("ConfigMap", KEY), "data": {}})
    assert live.get("ConfigMap", KEY).get("data", {}) == {}
    await live.delete("ConfigMap", KEY)
    assert "deletionTimestamp" in live.get("ConfigMap", KEY)["metadata"]
    await until(lambda: live.get("ConfigMap", KEY) is None, seconds=5, what="the deletion")
    await live.delete("ConfigMap", KEY)


async def test_writes_of_others_arrive(live, api):
    async with api.client() as other:
        await other.create(CONFIG_MAP, config_map("a", {"x": "1"}))
        await until(lambda: live.get("ConfigMap", KEY), seconds=5, what="the object")


async def test_owned_objects_and_status(live):
    owner = await live.create("Deployment", deployment("web"))
    reference = owned_by(owner, "apps/v1", "Deployment")
    child = {**deployment("web-1"), "kind": "ReplicaSet"}
    child["metadata"] = {"name": "web-1", "namespace": "default", "ownerReferences": [reference]}
    await live.create("ReplicaSet", child)
    assert [item["metadata"]["name"] for item in live.owned("ReplicaSet", owner)] == ["web-1"]
    await live.update_status("Deployment", {**owner, "status": {"replicas": 3}})
    assert live.get("Deployment", Key("default", "web"))["status"]["replicas"] == 3

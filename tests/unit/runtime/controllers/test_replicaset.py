import pytest
from apiservers import by_kind

from lateen.base.refs import Key
from lateen.runtime.controllers.replicaset import pod_of

SETS, POD = by_kind("ReplicaSet"), by_kind("Pod")
KEY = Key("default", "web")


def replica_set(replicas=2, **spec):
    labels = {"app": "web"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "main", "image": "main:1"}]}}
    spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template, **spec}
    metadata = {"name": "web", "namespace": "default", "annotations": {"deployment.kubernetes.io/revision": "1"}}
    return {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": metadata, "spec": spec}


@pytest.fixture
async def owner(plane):
    made = await plane.admin.create(SETS, replica_set())
    await plane.until(lambda: len(plane.pods()) == 2, "two pods")
    return made


async def test_pods_are_of_the_template_and_owned(plane, owner):
    for pod in plane.pods():
        name = pod["metadata"]["name"]
        assert name.startswith("web-") and len(name) == len("web-xxxxx")
        assert pod["metadata"]["labels"] == {"app": "web"}
        assert pod["metadata"]["ownerReferences"][0]["uid"] == owner["metadata"]["uid"]


async def test_status_counts_ready_pods(plane, owner):
    await plane.make_ready(plane.pods()[0])

    def counted():
        status = plane.mirror.get("ReplicaSet", KEY).get("status", {})
        return (status.get("replicas"), status.get("readyReplicas"), status.get("availableReplicas")) == (2, 1, 1)

    await plane.until(counted, "the status")


async def test_unready_pods_are_deleted_before_ready_ones(plane, owner):
    ready = plane.pods()[0]
    await plane.make_ready(ready)
    await plane.admin.patch(SETS, KEY, {"spec": {"replicas": 1}})
    await plane.until(lambda: len(plane.pods()) == 1, "one pod")
    assert plane.pods()[0]["metadata"]["name"] == ready["metadata"]["name"]


async def test_deleted_pod_is_replaced_while_it_is_still_ending(plane, owner):
    pod = plane.pods()[0]
    await plane.make_ready(pod)
    await plane.admin.delete(POD, Key("default", pod["metadata"]["name"]))
    await plane.until(lambda: len(plane.mirror.all("Pod")) == 3 and len(plane.pods()) == 2, "its successor")


async def test_failed_pod_is_replaced(plane, owner):
    pod = plane.pods()[0]
    await plane.mirror.update_status("Pod", {**pod, "status": {"phase": "Failed"}})
    await plane.until(lambda: len(plane.mirror.all("Pod")) == 3, "its successor")


def test_names_differ():
    owner = replica_set()
    owner["metadata"]["uid"] = "u"
    assert pod_of(owner)["metadata"]["name"] != pod_of(owner)["metadata"]["name"]

import pytest
from apiservers import DEPLOYMENT, POD, deployment

from lateen.base.refs import Key
from lateen.runtime.controllers.deployment import template_hash

KEY = Key("default", "web")


@pytest.fixture
async def web(plane):
    """One available replica of the first revision."""
    await plane.admin.create(DEPLOYMENT, deployment("web"))
    await plane.until(lambda: plane.pods(), "its pod")
    await plane.make_ready(plane.pods()[0])
    await plane.until(lambda: status(plane).get("availableReplicas") == 1, "its status")
    return plane


def status(plane):
    return plane.mirror.get("Deployment", KEY).get("status", {})


def image_of(image):
    return {"spec": {"template": {"spec": {"containers": [{"name": "main", "image": image}]}}}}


async def test_replica_set_carries_the_templates_hash(web):
    (made,) = web.mirror.all("ReplicaSet")
    label = made["metadata"]["labels"]["pod-template-hash"]
    assert made["metadata"]["name"] == f"web-{label}"
    assert label == template_hash(web.mirror.get("Deployment", KEY))
    assert web.pods()[0]["metadata"]["labels"] == {"app": "web", "pod-template-hash": label}


async def test_status_says_when_it_is_complete(web):
    def complete():
        found = status(web)
        conditions = {item["type"]: item["reason"] for item in found["conditions"]}
        return found["updatedReplicas"] == found["replicas"] == 1 and conditions == {
            "Available": "MinimumReplicasAvailable",
            "Progressing": "NewReplicaSetAvailable",
        }

    await web.until(complete, "the status")
    assert status(web)["observedGeneration"] == web.mirror.get("Deployment", KEY)["metadata"]["generation"]


async def test_new_template_replaces_pods_only_when_the_new_ones_are_ready(web):
    (old,) = web.pods()
    await web.admin.patch(DEPLOYMENT, KEY, image_of("main:2"))
    await web.until(lambda: len(web.pods()) == 2 and web.sets() == [1, 1], "both revisions")
    (new,) = [pod for pod in web.pods() if pod["metadata"]["name"] != old["metadata"]["name"]]
    await web.make_ready(new)
    await web.until(lambda: web.sets() == [0, 1], "the new revision alone")
    await web.until(lambda: [pod["metadata"]["name"] for pod in web.pods()] == [new["metadata"]["name"]], "its pod")


async def test_old_template_come_back_is_the_newest_revision(web):
    await web.admin.patch(DEPLOYMENT, KEY, image_of("main:2"))
    await web.until(lambda: web.sets() == [1, 1], "both revisions")
    await web.admin.patch(DEPLOYMENT, KEY, image_of("main:1"))
    await web.until(lambda: web.sets() == [0, 1], "the first again")
    (now,) = [raw for raw in web.mirror.all("ReplicaSet") if raw["spec"]["replicas"]]
    await web.until(
        lambda: (
            web.mirror.get("ReplicaSet", Key("default", now["metadata"]["name"]))["metadata"]["annotations"]
            == {"deployment.kubernetes.io/revision": "3"}
        ),
        "its number",
    )


async def test_paused_deployment_does_not_roll(web):
    await web.admin.patch(DEPLOYMENT, KEY, {"spec": {"paused": True, **image_of("main:2")["spec"]}})
    generation = (await web.admin.get(DEPLOYMENT, KEY))["metadata"]["generation"]
    await web.until(lambda: status(web)["observedGeneration"] == generation, "the change seen")
    assert web.sets() == [1]


async def test_recreate_waits_for_the_old_pods_to_go(web):
    strategy = {"type": "Recreate", "rollingUpdate": None}
    await web.admin.patch(DEPLOYMENT, KEY, {"spec": {"strategy": strategy, **image_of("main:2")["spec"]}})
    await web.until(lambda: web.sets() == [0, 0], "the old revision gone")
    (ending,) = web.mirror.all("Pod")
    key = Key("default", ending["metadata"]["name"])
    await web.admin.delete(POD, key, grace_seconds=0)
    await web.until(lambda: web.sets() == [0, 1], "the new revision")


async def test_empty_revisions_beyond_the_limit_are_forgotten(web):
    await web.admin.patch(DEPLOYMENT, KEY, {"spec": {"replicas": 0, "revisionHistoryLimit": 1}})
    for number in range(2, 5):
        await web.admin.patch(DEPLOYMENT, KEY, image_of(f"main:{number}"))
        generation = (await web.admin.get(DEPLOYMENT, KEY))["metadata"]["generation"]
        await web.until(lambda wanted=generation: status(web)["observedGeneration"] == wanted, "the change seen")
    await web.until(lambda: len(web.mirror.all("ReplicaSet")) == 2, "the oldest gone")

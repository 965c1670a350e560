"""Deployments of small processes: they become ready, scale, restart, roll, end, and leave nothing behind."""

import os
import signal

import pytest
from apiservers import NODE

from lateen.base.refs import Key
from lateen.kinds.all import by_kind
from lateen.runtime.controllers.pods import ready, terminating

DEPLOYMENT, POD, SERVICE = by_kind("Deployment"), by_kind("Pod"), by_kind("Service")
WEB = Key("default", "web")


def image(name, **spec):
    metadata = {"name": name}
    return {"apiVersion": "lateen.dev/v1alpha1", "kind": "ProcessImage", "metadata": metadata, "spec": spec}


def deployment(replicas=1, image="server", **pod):
    container = {
        "name": "server",
        "image": image,
        "ports": [{"name": "web", "containerPort": 8080}],
        "readinessProbe": {"httpGet": {"port": "web"}},
    }
    labels = {"app": "web"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container], **pod}}
    spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
    metadata = {"name": "web", "namespace": "default"}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}


def service():
    spec = {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 80, "targetPort": "web"}]}
    metadata = {"name": "web", "namespace": "default"}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}


def endpoints(cluster):
    slices = cluster.mirror.within("EndpointSlice", "default")
    return sorted(
        endpoint["addresses"][0]
        for item in slices
        if item["metadata"]["labels"]["kubernetes.io/service-name"] == "web"
        for endpoint in item["endpoints"]
        if endpoint["conditions"]["ready"]
    )


@pytest.fixture
async def web(cluster, machine):
    """One ready replica of the server, with a service."""
    await cluster.admin.create(SERVICE, service())
    await cluster.admin.create(DEPLOYMENT, deployment())
    await cluster.until(lambda: [pod for pod in cluster.pods("web") if ready(pod)], "a ready pod")
    return cluster


async def test_deployment_becomes_ready_and_is_served(web):
    (pod,) = web.pods("web")
    assert pod["spec"]["nodeName"] == NODE
    assert pod["status"]["phase"] == "Running"
    inside = web.kubelet.pod(Key("default", pod["metadata"]["name"])).home.inside
    status, body = await inside.http("GET", f"http://{pod['status']['podIP']}:8080/", seconds=5)
    assert (status, body) == (200, pod["metadata"]["name"])
    await web.until(lambda: endpoints(web) == [pod["status"]["podIP"]], "its endpoint")
    await web.until(
        lambda: web.mirror.get("Deployment", WEB).get("status", {}).get("availableReplicas") == 1, "its status"
    )


async def test_deployment_scales_up_and_down(web):
    await web.admin.patch(DEPLOYMENT, WEB, {"spec": {"replicas": 3}})
    await web.until(lambda: len(endpoints(web)) == 3, "three endpoints")
    await web.admin.patch(DEPLOYMENT, WEB, {"spec": {"replicas": 1}})
    await web.until(lambda: len(web.pods("web")) == len(endpoints(web)) == 1, "one pod")


async def test_killed_process_is_restarted_in_its_pod(web):
    (pod,) = web.pods("web")
    container = web.kubelet.pod(Key("default", pod["metadata"]["name"])).container("server")
    first = container.pid
    os.kill(first, signal.SIGKILL)
    await web.until(lambda: container.pid not in (0, first), "another process")

    def restarted():
        (now,) = web.pods("web")
        status = now["status"]["containerStatuses"][0]
        assert now["metadata"]["uid"] == pod["metadata"]["uid"]
        return ready(now) and status["restartCount"] == 1 and status["lastState"]["terminated"]["exitCode"] == 137

    await web.until(restarted, "the restart in its status")


async def test_deleted_pod_is_replaced_and_leaves_nothing(web, machine):
    (pod,) = web.pods("web")
    name, uid = pod["metadata"]["name"], pod["metadata"]["uid"]
    await web.admin.delete(POD, Key("default", name))
    await web.until(lambda: pod["status"]["podIP"] not in endpoints(web), "its endpoint gone")
    await web.until(lambda: web.mirror.get("Pod", Key("default", name)) is None, "its object gone")
    await web.until(lambda: [other for other in web.pods("web") if ready(other)], "its successor")
    assert not machine.folder(uid).exists()
    assert not list(machine.logs.glob(f"*{uid}*"))
    assert len(machine.network._pods) == 1


async def test_new_template_rolls_out_without_a_gap(web):
    (old,) = web.pods("web")
    gaps = []

    def watch(before, after):
        if not endpoints(web):
            gaps.append(after)

    await web.until(lambda: endpoints(web), "an endpoint")
    web.mirror.listen("EndpointSlice", watch)
    restart = {"template": {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": "now"}}}}
    await web.admin.patch(DEPLOYMENT, WEB, {"spec": restart})
    name = old["metadata"]["name"]
    await web.until(lambda: web.mirror.get("Pod", Key("default", name)) is None, "the old pod gone")
    (new,) = web.pods("web")
    assert ready(new)
    assert gaps == []
    assert len(web.mirror.within("ReplicaSet", "default")) == 2


async def test_deleted_deployment_takes_everything_with_it(web, machine):
    await web.admin.delete(DEPLOYMENT, WEB)
    await web.until(lambda: not web.pods("web"), "its pods gone")
    await web.until(lambda: not web.kubelet.pods, "its workers gone")
    assert machine.network._pods == {}


async def test_unknown_image_is_told_and_mended(cluster, machine):
    await cluster.admin.create(DEPLOYMENT, deployment(image="x/other:1"))

    def waiting():
        (pod,) = cluster.pods("web")
        state = pod["status"]["containerStatuses"][0]["state"]
        return "kind: ProcessImage" in state.get("waiting", {}).get("message", "")

    await cluster.until(
        lambda: cluster.pods("web") and "containerStatuses" in cluster.pods("web")[0].get("status", {}), "a status"
    )
    await cluster.until(waiting, "the reason")
    kind = by_kind("ProcessImage")
    known = machine.images.launch({"image": "server"})
    await cluster.admin.create(
        kind, image("other", images=["*other:*"], command=["python", "server.py"], directory=known.directory)
    )
    await cluster.until(lambda: [pod for pod in cluster.pods("web") if ready(pod)], "a ready pod")


async def test_init_containers_and_sidecars_come_first(cluster):
    say = "import sys; open('/shared/order', 'a').write(sys.argv[1] + chr(10))"
    mount = [{"name": "shared", "mountPath": "/shared"}]
    sidecar = {
        "name": "sidecar",
        "image": "python",
        "args": ["-c", say + "; import time; time.sleep(600)", "sidecar"],
        "restartPolicy": "Always",
        "startupProbe": {"exec": {"command": ["grep", "-q", "sidecar", "/shared/order"]}},
        "volumeMounts": mount,
    }
    init = {"name": "init", "image": "python", "args": ["-c", say, "init"], "volumeMounts": mount}
    app = {
        "name": "app",
        "image": "python",
        "args": ["-c", say + "; print(open('/shared/order').read())", "app"],
        "volumeMounts": mount,
    }
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "once", "namespace": "default", "labels": {"app": "once"}},
        "spec": {
            "initContainers": [sidecar, init],
            "containers": [app],
            "restartPolicy": "Never",
            "volumes": [{"name": "shared", "emptyDir": {}}],
        },
    }
    await cluster.admin.create(POD, pod)
    await cluster.until(
        lambda: [p for p in cluster.pods("once") if p.get("status", {}).get("phase") == "Succeeded"], "its end"
    )
    (log,) = cluster.machine.logs.rglob("app/0.log")
    assert log.read_text().split() == ["sidecar", "init", "app"]
    (done,) = cluster.pods("once")
    assert done["status"]["initContainerStatuses"][0]["name"] == "sidecar"


async def test_forced_deletion_ends_at_once(cluster):
    await cluster.admin.create(DEPLOYMENT, deployment())
    await cluster.until(lambda: [pod for pod in cluster.pods("web") if ready(pod)], "a ready pod")
    (pod,) = cluster.pods("web")
    worker = cluster.kubelet.pod(Key("default", pod["metadata"]["name"]))
    pid = worker.container("server").pid
    await cluster.admin.delete(POD, Key("default", pod["metadata"]["name"]), grace_seconds=0)
    await cluster.until(lambda: worker not in cluster.kubelet.pods, "its end", seconds=5)
    assert not os.path.exists(f"/proc/{pid}")


async def test_pod_that_never_ran_can_be_deleted(cluster):
    await cluster.admin.create(DEPLOYMENT, deployment(replicas=1, image="x/none:1"))
    await cluster.until(lambda: cluster.kubelet.pods, "its worker")
    await cluster.admin.delete(DEPLOYMENT, WEB)
    await cluster.until(lambda: not cluster.pods("web") and not cluster.kubelet.pods, "its end")
    assert not any(terminating(pod) for pod in cluster.pods("web"))

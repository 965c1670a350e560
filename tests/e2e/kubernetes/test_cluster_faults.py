"""What breaks of the cluster itself, or of what a mesh needs it for, while calls go on."""

import json
import os
import signal
import time
from pathlib import Path

import yaml
from clusters import Client, Mesh, eventually, log_of
from gateway_load import Load

AWAY = 60.0


def test_an_api_server_that_is_away_and_forgets_costs_no_call_and_nothing_is_lost(mesh: Mesh) -> None:
    """Nothing passes between it and pods for a minute; then its memory is gone and etcd is compacted, so that watches
    cannot go on where they were (410)."""
    client, whole = mesh.client(mesh.namespace("away", istio_injection="enabled")), mesh.whole
    assert eventually(lambda: mesh.call().status == 200, 30)
    with Load(mesh).on() as load:
        with whole.deaf():
            ends = time.monotonic() + AWAY
            load.more()
            mesh.apply(answering("away", "while"))
            eventually(lambda: time.monotonic() > ends, AWAY + 5)
            whole.etcd("/v3/kv/put", key="bGF0ZWVu", value="MQ==")
            revision = mesh.get("namespace", "away")["metadata"]["resourceVersion"]
            whole.etcd("/v3/kv/compaction", revision=revision)
            for number in whole.processes("kube-apiserver"):
                os.kill(number, signal.SIGKILL)
        assert eventually(lambda: "ok" in mesh.kubectl("get", "--raw", "/readyz", check=False), 60)
        assert eventually(lambda: told(client) == "while", 30)
        mesh.apply(answering("away", "after"))
        assert eventually(lambda: told(client) == "after", 30)
        load.more()
    assert load.failed == []
    assert "has forgotten what virtualservices were like" in log_of(
        mesh, "istio-system", "deployment/istiod", "discovery"
    )
    assert "istio-ca-root-cert" in eventually(
        lambda: mesh.kubectl("get", "configmap", "-n", mesh.namespace("back"), "istio-ca-root-cert", check=False), 30
    )


def answering(namespace: str, word: str) -> str:
    """A rule by which the mesh itself answers for a host."""
    route = {"directResponse": {"status": 200, "body": {"string": word}}}
    spec = {"hosts": ["word.example.com"], "http": [route]}
    host = {"hosts": ["word.example.com"], "ports": [{"number": 80, "name": "http", "protocol": "HTTP"}]}
    entry = host | {"resolution": "STATIC", "endpoints": [{"address": "192.0.2.1"}], "addresses": ["192.0.2.1"]}
    meta = {"name": "word", "namespace": namespace}
    api = "networking.istio.io/v1"
    return yaml.safe_dump_all(
        [
            {"apiVersion": api, "kind": "ServiceEntry", "metadata": meta, "spec": entry},
            {"apiVersion": api, "kind": "VirtualService", "metadata": meta, "spec": spec},
        ]
    )


def told(client: Client) -> str:
    """What the rule says to a pod."""
    reply = client.call("http://192.0.2.1/", "-H", "Host: word.example.com")
    return reply.body.strip() if reply.status == 200 else ""


def test_without_its_webhooks_a_cluster_goes_on_and_no_pod_starts_without_its_proxy(mesh: Mesh) -> None:
    assert eventually(lambda: mesh.call().status == 200, 30)
    with Load(mesh).on() as load:
        mesh.kubectl("scale", "deployment", "-n", "istio-system", "istiod", "--replicas=0")
        try:
            assert eventually(lambda: not mesh.get("pods", "-n", "istio-system", "-l", "app=istiod")["items"], 30)
            plain = mesh.namespace("plain")
            mesh.client(plain, "unmeshed")
            mesh.kubectl("rollout", "restart", "deployment", "details-v1")
            refused = eventually(lambda: mesh.kubectl("get", "events", "--field-selector=reason=FailedCreate"), 20)
            assert "istio.io" in refused
            load.more()
        finally:
            mesh.kubectl("scale", "deployment", "-n", "istio-system", "istiod", "--replicas=1")
        mesh.kubectl("rollout", "status", "deployment", "-n", "istio-system", "istiod", "--timeout=60s")
        mesh.kubectl("rollout", "status", "deployment", "details-v1", "--timeout=90s")
        load.more()
    assert load.failed == []
    (pod,) = mesh.pods("default", "app=details")
    assert "istio-proxy" in str(pod["spec"]["initContainers"])


def test_an_evicted_pod_costs_no_call(mesh: Mesh) -> None:
    mesh.kubectl("scale", "deployment", "details-v1", "--replicas=2")
    try:
        mesh.kubectl("rollout", "status", "deployment", "details-v1", "--timeout=60s")
        with Load(mesh).on() as load:
            load.more()
            name = mesh.pods("default", "app=details")[0]["metadata"]["name"]
            eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}}
            path = f"/api/v1/namespaces/default/pods/{name}/eviction"
            mesh.kubectl("create", "--raw", path, "-f", "-", given=json.dumps(eviction))
            mesh.kubectl("wait", f"pod/{name}", "--for=delete", "--timeout=60s")
            load.more()
        assert load.failed == []
    finally:
        mesh.kubectl("scale", "deployment", "details-v1", "--replicas=1")
        mesh.kubectl("rollout", "status", "deployment", "details-v1", "--timeout=60s")


def test_the_root_is_rotated_without_a_failed_call(mesh: Mesh) -> None:
    before = mesh.lateen("ca", "show")
    assert eventually(lambda: mesh.call().status == 200, 30)
    with Load(mesh).on() as load:
        told_of = mesh.lateen("ca", "rotate")
        load.more()
    assert [line.split(":")[0] for line in told_of.splitlines()] == ["distribute", "issue", "retire"]
    assert load.failed == []
    after = mesh.lateen("ca", "show")
    fresh = mesh.client(mesh.namespace("rooted", istio_injection="enabled"))
    assert eventually(lambda: fresh.call("http://productpage.default:9080/productpage").status == 200, 20)
    old_root, new_root = (
        {line for line in said.splitlines() if line.startswith("trusted")} for said in (before, after)
    )
    assert len(new_root) == 1 and not old_root & new_root


def test_an_agent_that_is_killed_comes_back_and_its_proxy_with_it(mesh: Mesh) -> None:
    """It is the first process of its container: while that starts again, calls go to the other replica."""
    mesh.kubectl("scale", "deployment", "details-v1", "--replicas=2")
    try:
        mesh.kubectl("rollout", "status", "deployment", "details-v1", "--timeout=60s")
        name = mesh.pods("default", "app=details")[0]["metadata"]["name"]
        with Load(mesh).on() as load:
            load.more()
            os.kill(agent_of(name), signal.SIGKILL)
            assert eventually(lambda: restarts(mesh, name) == 1, 30)
            mesh.kubectl("wait", f"pod/{name}", "--for=condition=Ready", "--timeout=30s")
            assert eventually(lambda: name in mesh.lateen("ps"), 30)
            load.more()
        assert load.failed == []
    finally:
        mesh.kubectl("scale", "deployment", "details-v1", "--replicas=1")
        mesh.kubectl("rollout", "status", "deployment", "details-v1", "--timeout=60s")


def agent_of(pod: str) -> int:
    """The process of a pod's agent, as the machine numbers it."""

    def said(folder: Path, what: str) -> list[str]:
        try:
            return (folder / what).read_bytes().decode(errors="replace").split("\0")
        except OSError:
            return []

    (found,) = (
        int(folder.name)
        for folder in Path("/proc").glob("[0-9]*")
        if f"POD_NAME={pod}" in said(folder, "environ") and "sidecar" in said(folder, "cmdline")
    )
    return found


def restarts(mesh: Mesh, pod: str) -> int:
    statuses = mesh.get("pod", pod)["status"]["initContainerStatuses"]
    return next(int(one["restartCount"]) for one in statuses if one["name"] == "istio-proxy")

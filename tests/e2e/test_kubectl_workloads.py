"""What kubectl does with running workloads and with what the mesh says of its objects."""

import json
from pathlib import Path

import pytest
from kubectl import KUBECTL
from mesh import Mesh, eventually

pytestmark = pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")

ROUTES = {
    "apiVersion": "networking.istio.io/v1",
    "kind": "VirtualService",
    "metadata": {"name": "web"},
    "spec": {"hosts": ["web"], "http": [{"route": [{"destination": {"host": "web"}}]}]},
}


@pytest.fixture(scope="module")
def shop(mesh: Mesh) -> Mesh:
    """A mesh with the workload `web`."""
    mesh.deploy("web")
    return mesh


def conditions(mesh: Mesh, kind: str, name: str) -> dict[str, str]:
    status = mesh.get(kind, name).get("status") or {}
    return {each["type"]: each["status"] for each in status.get("conditions") or ()}


def test_an_object_says_that_it_is_accepted_and_that_the_proxies_have_it(shop: Mesh) -> None:
    shop.apply(ROUTES)
    shop.kubectl("wait", "--for=condition=Reconciled", "virtualservice/web", "--timeout=15s")
    found = shop.get("virtualservice", "web")
    assert conditions(shop, "virtualservice", "web") == {"Accepted": "True", "Reconciled": "True"}
    assert found["spec"] == ROUTES["spec"]
    assert str(found["status"]["observedGeneration"]) == str(found["metadata"]["generation"])
    version = found["metadata"]["resourceVersion"]
    shop.apply({**ROUTES, "metadata": {"name": "other"}, "spec": {**ROUTES["spec"], "hosts": ["other.example.com"]}})
    shop.kubectl("wait", "--for=condition=Reconciled", "virtualservice/other", "--timeout=15s")
    assert shop.get("virtualservice", "web")["metadata"]["resourceVersion"] == version, "nothing new is not written"
    shop.kubectl("delete", "virtualservice", "web", "other")


def test_a_rollout_is_followed_paused_and_taken_back(shop: Mesh) -> None:
    shop.kubectl("rollout", "status", "deployment/web", "--timeout=30s")
    shop.kubectl("set", "env", "deployment/web", "-c", "echo", "NAME=second")
    shop.kubectl("rollout", "status", "deployment/web", "--timeout=60s")
    assert [
        line.split()[0] for line in shop.kubectl("rollout", "history", "deployment/web").stdout.splitlines()[2:] if line
    ] == ["1", "2"]
    assert "NAME=second" in shop.kubectl("exec", "deploy/web", "-c", "echo", "--", "env").stdout
    shop.kubectl("rollout", "undo", "deployment/web")
    shop.kubectl("rollout", "status", "deployment/web", "--timeout=60s")
    (container,) = shop.get("deployment", "web")["spec"]["template"]["spec"]["containers"]
    assert {each["name"]: each["value"] for each in container["env"]}["NAME"] == "web"
    shop.kubectl("rollout", "pause", "deployment/web")
    shop.kubectl("set", "env", "deployment/web", "-c", "echo", "NAME=third")
    assert len([each for each in shop.get("replicasets") if each["spec"]["replicas"]]) == 1
    shop.kubectl("rollout", "resume", "deployment/web")
    shop.kubectl("rollout", "status", "deployment/web", "--timeout=60s")
    assert "NAME=third" in shop.kubectl("exec", "deploy/web", "-c", "echo", "--", "env").stdout


def test_workloads_are_scaled_and_waited_for(shop: Mesh) -> None:
    shop.kubectl("scale", "deployment/web", "--replicas=2")
    shop.kubectl("wait", "--for=jsonpath={.status.readyReplicas}=2", "deployment/web", "--timeout=60s")
    shop.kubectl("wait", "--for=condition=Available", "deployment/web", "--timeout=30s")
    shop.kubectl("wait", "--for=condition=Ready", "pod", "-l", "app=web", "--timeout=60s")
    leaving = shop.pods("web")[1]["metadata"]["name"]
    shop.kubectl("delete", "pod", leaving, "--wait=false")
    shop.kubectl("wait", "--for=delete", f"pod/{leaving}", "--timeout=60s")
    shop.kubectl("scale", "deployment/web", "--replicas=1")
    eventually(lambda: len(shop.pods("web")) == 1, 30, "one pod")
    shop.kubectl("rollout", "status", "deployment/web", "--timeout=60s")


def test_everything_is_described(shop: Mesh) -> None:
    shop.apply(ROUTES)
    for what, text in (
        (f"pod/{shop.pod('web')}", "istio-proxy:"),
        ("deployment/web", "RollingUpdate"),
        ("service/web", "Endpoints:"),
        ("virtualservice/web", "Hosts:"),
        ("namespace/default", "Active"),
        ("node/" + shop.pods("web")[0]["spec"]["nodeName"], "Kubelet Version"),
    ):
        assert text in shop.kubectl("describe", what).stdout, what
    shop.kubectl("delete", "virtualservice", "web")


def test_files_are_copied_into_and_out_of_a_pod(shop: Mesh, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("copied\n")
    name = shop.pod("web")
    shop.kubectl("cp", "-c", "echo", str(tmp_path / "in.txt"), f"{name}:/tmp/there.txt")
    assert shop.kubectl("exec", name, "-c", "echo", "--", "cat", "/tmp/there.txt").stdout == "copied\n"
    shop.kubectl("cp", "-c", "echo", f"{name}:/tmp/there.txt", str(tmp_path / "out.txt"))
    assert (tmp_path / "out.txt").read_text() == "copied\n"


def test_a_pod_is_run_and_a_deployment_exposed(shop: Mesh) -> None:
    shop.kubectl("run", "lonely", "--image=test/echo", "--env=PORTS=8080=http", "--env=NAME=lonely", "--port=8080")
    shop.kubectl("wait", "--for=condition=Ready", "pod/lonely", "--timeout=60s")
    shop.kubectl("expose", "pod", "lonely", "--port=80", "--target-port=8080", "--name=lonely")
    eventually(lambda: shop.call("web", "http://lonely/")[0] == 200, 20, "the exposed pod")
    shop.kubectl("delete", "pod/lonely", "service/lonely")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("top", "pods"), "Metrics API not available"),
        (("autoscale", "deployment/web", "--max=3"), "the server could not find the requested resource"),
        (("get", "statefulsets"), 'the server doesn\'t have a resource type "statefulsets"'),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_what_is_not_there_is_refused_clearly(shop: Mesh, words: tuple[str, ...], said: str) -> None:
    done = shop.kubectl(*words, check=False)
    assert done.returncode != 0 and said.lower() in done.stderr.lower(), done.stderr


def test_several_kinds_are_got_at_once_in_many_forms(shop: Mesh) -> None:
    shop.apply(ROUTES)
    both = shop.kubectl("get", "vs,svc", "-o", "name").stdout.split()
    assert {"virtualservice.networking.istio.io/web", "service/web"} <= set(both)
    hosts = shop.kubectl("get", "vs", "web", "-o", "jsonpath={.spec.hosts[0]}").stdout
    columns = shop.kubectl("get", "vs", "-o", "custom-columns=N:.metadata.name,H:.spec.hosts[*]", "--no-headers").stdout
    template = shop.kubectl("get", "vs", "web", "-o", "go-template={{.metadata.name}}").stdout
    assert (hosts, columns.split(), template) == ("web", ["web", "web"], "web")
    names = json.loads(shop.kubectl("get", "pods", "--sort-by=.metadata.name", "-o", "json").stdout)["items"]
    assert [each["metadata"]["name"] for each in names] == sorted(each["metadata"]["name"] for each in names)
    shop.kubectl("delete", "vs", "web")

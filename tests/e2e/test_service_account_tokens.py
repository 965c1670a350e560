"""Pods reach the API server as their service accounts, with what is mounted in them and nothing else."""

import json
import os
import stat
from functools import partial
from typing import Any

import pytest
from kubectl import KUBECTL
from mesh import Mesh, eventually

pytestmark = pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")

PLACE = "/var/run/secrets/kubernetes.io/serviceaccount"
PODS, SECRETS = "/api/v1/namespaces/default/pods", "/api/v1/namespaces/default/secrets"

# What a client library does in a pod: prints the status, and the user's name where it is refused.
PROGRAM = f"""
import json, os, ssl, sys, urllib.error, urllib.request
host, path, token = sys.argv[1:]
host = host or os.environ["KUBERNETES_SERVICE_HOST"] + ":" + os.environ["KUBERNETES_SERVICE_PORT"]
token = token or open("{PLACE}/token").read()
headers = {{}} if token == "none" else {{"Authorization": f"Bearer {{token}}"}}
trust = ssl.create_default_context(cafile="{PLACE}/ca.crt")
try:
    answer = urllib.request.urlopen(urllib.request.Request(f"https://{{host}}{{path}}", headers=headers), context=trust)
    print(json.dumps([answer.status, json.load(answer)["kind"]]))
except urllib.error.HTTPError as error:
    print(json.dumps([error.code, json.load(error)["message"]]))
"""


def meta(name: str) -> dict[str, str]:
    return {"name": name, "namespace": "default"}


RIGHTS: list[dict[str, Any]] = [
    {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta("reader")},
    {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": meta("pod-reader"),
        "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}],
    },
    {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": meta("readers"),
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "pod-reader"},
        "subjects": [{"kind": "ServiceAccount", "name": "reader", "namespace": "default"}],
    },
]


@pytest.fixture(scope="module")
def readers(mesh: Mesh) -> Mesh:
    """Two workloads of the account `reader`: `meshed` with a sidecar, `plain` without."""
    mesh.apply(*RIGHTS)
    mesh.deploy("meshed", account="reader")
    mesh.deploy("plain", account="reader", inject=False)
    return mesh


def ask(
    mesh: Mesh, app: str, path: str, *, host: str = "kubernetes.default.svc", token: str = "", check: bool = True
) -> list[Any]:
    """Status and kind, or status and message; of a call that fails [] unless `check`."""
    command = ("python3", "-c", PROGRAM, host, path, token)
    done = mesh.kubectl("exec", f"deploy/{app}", "-c", "echo", "--", *command, check=check)
    answer: list[Any] = json.loads(done.stdout or "[]")
    return answer


@pytest.mark.parametrize("app", ["meshed", "plain"])
def test_a_pod_may_what_its_role_allows_and_nothing_more(readers: Mesh, app: str) -> None:
    assert ask(readers, app, PODS) == [200, "PodList"]
    assert ask(readers, app, PODS, host="") == [200, "PodList"], "by the address in its environment"
    code, message = ask(readers, app, SECRETS)
    assert code == 403 and 'User "system:serviceaccount:default:reader" cannot list' in message


@pytest.mark.parametrize("app", ["meshed", "plain"])
def test_without_a_token_a_pod_is_nobody_and_a_wrong_one_proves_nothing(readers: Mesh, app: str) -> None:
    code, message = ask(readers, app, PODS, token="none")
    assert code == 403 and 'User "system:anonymous" cannot list' in message
    assert ask(readers, app, PODS, token="wrong") == [401, "Unauthorized"]


def test_curl_with_the_mounted_files_is_let_in_and_the_certificate_is_checked(readers: Mesh) -> None:
    call = f'curl -sS -w "%{{http_code}}" -o /dev/null -H "Authorization: Bearer $(cat {PLACE}/token)"'
    for trust, wanted in ((f"--cacert {PLACE}/ca.crt", "200"), ("", "000")):
        line = f"{call} {trust} https://kubernetes.default.svc{PODS} || true"
        done = readers.kubectl("exec", "deploy/plain", "-c", "echo", "--", "sh", "-c", line)
        assert done.stdout == wanted, done.stderr


def test_a_sidecar_takes_the_call_as_one_to_a_service_of_the_registry(readers: Mesh) -> None:
    before = connections(readers)
    assert ask(readers, "meshed", PODS) == [200, "PodList"]
    assert connections(readers) == before + 1
    config = readers.get("configmap", "istio", "istio-system")["data"]["mesh"]
    set_mesh(readers, config.replace("ALLOW_ANY", "REGISTRY_ONLY"))
    try:
        eventually(lambda: "PassthroughCluster" not in listeners(readers), 10, "nothing else is let out")
        assert ask(readers, "meshed", PODS) == [200, "PodList"]
    finally:
        set_mesh(readers, config)


def set_mesh(mesh: Mesh, config: str) -> None:
    patch = json.dumps({"data": {"mesh": config}})
    mesh.kubectl("patch", "configmap", "istio", "-n", "istio-system", "--type=merge", "-p", patch)


def proxy(mesh: Mesh, path: str) -> str:
    command = ("curl", "-sS", f"localhost:15000/{path}")
    return mesh.kubectl("exec", "deploy/meshed", "-c", "istio-proxy", "--", *command).stdout


def listeners(mesh: Mesh) -> str:
    """The outbound ones."""
    found = json.loads(proxy(mesh, "config_dump?resource=dynamic_listeners"))["configs"]
    return json.dumps([each for each in found if each["name"] != "virtualInbound"])


def connections(mesh: Mesh) -> int:
    """How many connections the sidecar has made to the API server."""
    prefix = "outbound|443||kubernetes.default.svc.cluster.local::10.244.0.1:6443::cx_total::"
    (line,) = [line for line in proxy(mesh, "clusters").splitlines() if line.startswith(prefix)]
    return int(line.removeprefix(prefix))


def test_every_container_of_the_pod_has_the_mount_also_the_one_that_was_injected(readers: Mesh) -> None:
    (pod,) = readers.pods("meshed")
    everywhere = [*pod["spec"]["initContainers"], *pod["spec"]["containers"]]
    assert {each["name"] for each in everywhere} == {"istio-proxy", "echo"}
    for container in everywhere:
        (mount,) = [each for each in container["volumeMounts"] if each["mountPath"] == PLACE]
        assert mount["name"].startswith("kube-api-access-") and mount["readOnly"] is True
    assert sum(volume["name"].startswith("kube-api-access-") for volume in pod["spec"]["volumes"]) == 1


def test_a_pod_that_declines_has_no_token(readers: Mesh) -> None:
    container = {"name": "echo", "image": "test/echo", "env": [{"name": "PORTS", "value": "8080=http"}]}
    spec = {"serviceAccountName": "reader", "automountServiceAccountToken": False, "containers": [container]}
    labels = {"app": "quiet", "sidecar.istio.io/inject": "false"}
    readers.apply({"apiVersion": "v1", "kind": "Pod", "metadata": meta("quiet") | {"labels": labels}, "spec": spec})
    readers.kubectl("wait", "--for=condition=Ready", "pod/quiet", "--timeout=20s")
    assert "volumes" not in readers.get("pod", "quiet")["spec"]
    assert readers.kubectl("exec", "quiet", "--", "ls", PLACE, check=False).returncode != 0


def test_nobody_else_reads_a_pods_token(readers: Mesh) -> None:
    folder = readers.run_folder / "pods"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700 and folder.stat().st_uid == os.geteuid()
    (plain,) = readers.pods("plain")
    token = next((folder / plain["metadata"]["uid"]).glob("volumes/kube-api-access-*/token"))
    assert token.read_text().count(".") == 2
    seen = readers.kubectl("exec", "deploy/meshed", "-c", "echo", "--", "ls", str(token), check=False)
    assert seen.returncode != 0, "the machine's folder is not in a pod's file system"


def test_the_authority_is_in_every_namespace_and_comes_back(readers: Mesh) -> None:
    readers.kubectl("create", "namespace", "fresh")
    words = ("get", "configmap", "kube-root-ca.crt", "-n", "fresh", "-o", "jsonpath={.data}")
    read = partial(readers.kubectl, *words, check=False)
    first = eventually(lambda: read().stdout, 5, "the ConfigMap of a new namespace")
    readers.kubectl("delete", "configmap", "kube-root-ca.crt", "-n", "fresh")
    assert eventually(lambda: read().stdout, 5, "another one") == first


def test_the_way_to_the_api_server_comes_back_when_it_is_deleted(readers: Mesh) -> None:
    readers.kubectl("delete", "service,endpointslice", "kubernetes")
    for app in ("plain", "meshed"):
        ask_again = partial(ask, readers, app, PODS, host="10.96.0.1", check=False)
        eventually(lambda ask_again=ask_again: ask_again() == [200, "PodList"], 10, f"an answer for {app}")


def test_the_api_server_listens_for_pods_at_their_gateway_alone(readers: Mesh) -> None:
    program = "import socket,sys\nfor ip in sys.argv[1:]:\n s = socket.socket(); s.settimeout(2); print(s.connect_ex((ip, 6443)))"
    addresses = ["10.244.0.1", "203.0.113.1"]
    done = readers.kubectl("exec", "deploy/plain", "-c", "echo", "--", "python3", "-c", program, *addresses)
    inside, other = done.stdout.split()
    assert inside == "0" and other != "0"

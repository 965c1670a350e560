"""Who gets a proxy on a real cluster, and how applications live beside one."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from clusters import CLIENT_IMAGE, Mesh, eventually

PROBED = """
apiVersion: v1
kind: Pod
metadata: {name: probed, namespace: %s, labels: {app: probed}}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - name: web
    image: localhost/tools:1
    imagePullPolicy: Never
    command: [sh, -c, "mkdir -p /tmp/w; echo hello > /tmp/w/index.html; httpd -f -p 8080 -h /tmp/w"]
    ports: [{name: http, containerPort: 8080}]
    readinessProbe: {httpGet: {port: http, path: /index.html}, periodSeconds: 1}
    livenessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: probed, namespace: %s}
spec: {selector: {app: probed}, ports: [{name: http, port: 80, targetPort: http}]}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: strict, namespace: %s}
spec: {mtls: {mode: STRICT}}
"""
JOB = """
apiVersion: batch/v1
kind: Job
metadata: {name: once, namespace: %s}
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
      - {name: work, image: %s, imagePullPolicy: Never, securityContext: {runAsUser: 1000},
         command: [curl, -sS, --fail, -m, "5", "http://productpage.default:9080/productpage"]}
"""


def containers(pod: dict[str, object]) -> list[str]:
    spec = pod["spec"]
    return [one["name"] for one in [*spec.get("initContainers", ()), *spec["containers"]]]  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def shop(mesh: Mesh) -> str:
    return mesh.namespace("shop", istio_injection="enabled")


def test_row_92_a_label_counts_for_new_pods(mesh: Mesh) -> None:
    name = mesh.namespace("later")
    before = mesh.client(name, "before")
    assert containers(mesh.get("pod", "-n", name, before.name)) == ["before"]
    mesh.kubectl("label", "namespace", name, "istio-injection=enabled")
    after = mesh.client(name, "after")
    pod = mesh.get("pod", "-n", name, after.name)
    assert containers(pod) == ["istio-init", "istio-proxy", "after"]
    assert pod["spec"]["initContainers"][1]["restartPolicy"] == "Always"
    assert containers(mesh.get("pod", "-n", name, before.name)) == ["before"]


def test_a_pod_may_decline(mesh: Mesh, shop: str) -> None:
    declined = mesh.client(shop, "declined", **{"sidecar.istio.io/inject": "false"})
    assert containers(mesh.get("pod", "-n", shop, declined.name)) == ["declined"]


def test_a_wrong_annotation_is_refused_with_its_name(mesh: Mesh, shop: str) -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": "wrong",
            "namespace": shop,
            "annotations": {"traffic.sidecar.istio.io/excludeInboundPorts": "http"},
        },
        "spec": {"containers": [{"name": "a", "image": CLIENT_IMAGE}]},
    }
    told = mesh.kubectl("apply", "-f", "-", given=yaml.safe_dump(pod), check=False)
    assert "excludeInboundPorts" in told and "denied the request" in told


def test_probes_are_answered_where_only_mutual_tls_is(mesh: Mesh, shop: str) -> None:
    mesh.apply(PROBED % (shop, shop, shop))
    mesh.kubectl("wait", "-n", shop, "pod/probed", "--for=condition=Ready", "--timeout=60s")
    probe = mesh.get("pod", "-n", shop, "probed")["spec"]["containers"][0]["readinessProbe"]
    assert probe["httpGet"]["path"] == "/app-health/web/readyz" and probe["httpGet"]["port"] == 15020
    client = mesh.client(shop)
    assert eventually(lambda: client.call(f"http://probed.{shop}/").status == 200)
    assert mesh.client(mesh.namespace("outside")).call(f"http://probed.{shop}/").status == 0
    mesh.kubectl("exec", "-n", shop, "probed", "-c", "web", "--", "sh", "-c", "mv /tmp/w/index.html /tmp/w/away")
    assert eventually(lambda: not ready(mesh, shop, "probed"), 20)


def ready(mesh: Mesh, namespace: str, name: str) -> bool:
    conditions = mesh.get("pod", "-n", namespace, name)["status"]["conditions"]
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def test_how_long_certificates_live_is_the_pods_to_say(mesh: Mesh, shop: str) -> None:
    said = {"proxy.istio.io/config": "proxyMetadata: {SECRET_TTL: 1h}"}
    client = mesh.client(shop, "short", said)
    begun = datetime.now(UTC)
    rows = eventually(
        lambda: [
            row for row in mesh.lateen("pc", "secret", f"{client.name}.{shop}").splitlines() if "Cert Chain" in row
        ]
    )
    end = datetime.strptime(rows[0].split()[-1], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert timedelta(minutes=50) < end - begun < timedelta(minutes=70)


def test_a_job_finishes_beside_its_proxy(mesh: Mesh, shop: str) -> None:
    mesh.apply(JOB % (shop, CLIENT_IMAGE))
    mesh.kubectl("wait", "-n", shop, "job/once", "--for=condition=Complete", "--timeout=60s")


def test_wrong_configuration_is_refused_by_the_webhook(mesh: Mesh) -> None:
    wrong = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "wrong", "namespace": "default"},
        "spec": {"hosts": ["reviews"], "http": [{"route": [{"destination": {"host": "reviews"}, "weight": -1}]}]},
    }
    told = mesh.kubectl("apply", "-f", "-", given=json.dumps(wrong), check=False)
    assert "weight" in told
    hooks = mesh.get("validatingwebhookconfigurations", "istio-validator-istio-system")["webhooks"]
    assert {hook["failurePolicy"] for hook in hooks} == {"Fail"}


def test_roots_are_in_every_namespace(mesh: Mesh) -> None:
    name = mesh.namespace("fresh")
    found = eventually(lambda: mesh.kubectl("get", "configmap", "-n", name, "istio-ca-root-cert", "--ignore-not-found"))
    assert "istio-ca-root-cert" in found

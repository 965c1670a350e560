"""The real kubectl against a real server: what a user types must work as it does on a cluster."""

import asyncio
import json

from apiservers import NODE, POD, Served, default
from kubectl import Answer, Kubectl

from lateen.apiserver.deletion import DeleteOptions

MANIFESTS = """
apiVersion: v1
kind: Service
metadata: {name: web, labels: {app: web}}
spec:
  selector: {app: web}
  ports: [{name: http, port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: web:1
        env: [{name: A, value: "1"}, {name: B, value: "2"}]
---
apiVersion: networking.istio.io/v1alpha3
kind: VirtualService
metadata: {name: web}
spec:
  hosts: [web]
  http: [{route: [{destination: {host: web}, weight: 100}]}]
---
apiVersion: v1
kind: Pod
metadata: {name: one, labels: {app: one}}
spec: {containers: [{name: main, image: main}]}
"""


async def test_apply_says_created_then_unchanged_then_configured(kubectl: Kubectl) -> None:
    def verbs(out: str) -> list[str]:
        return [line.rsplit(" ", 1)[1] for line in out.splitlines()]

    assert verbs(await kubectl("apply -f -", MANIFESTS)) == ["created"] * 4
    assert verbs(await kubectl("apply -f -", MANIFESTS)) == ["unchanged"] * 4
    changed = MANIFESTS.replace("web:1", "web:2").replace('{name: A, value: "1"}, ', "").replace("100", "90")
    assert verbs(await kubectl("apply -f -", changed)) == ["unchanged", "configured", "configured", "unchanged"]
    container = (await kubectl.json("get deployment web"))["spec"]["template"]["spec"]["containers"][0]
    assert container["image"] == "web:2" and container["env"] == [{"name": "B", "value": "2"}]


async def test_get_prints_tables(kubectl: Kubectl) -> None:
    await kubectl("apply -f -", MANIFESTS)
    assert (await kubectl("get pods")).split()[:5] == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert (await kubectl("get pods --no-headers")).split()[:4] == ["one", "0/1", "Pending", "0"]
    assert NODE in await kubectl("get pods -o wide")
    everything = await kubectl("get all")
    assert {"pod/one", "service/web", "deployment.apps/web"} <= set(everything.split())
    assert (await kubectl("get vs web --no-headers")).split()[:2] == ["web", '["web"]']
    assert (await kubectl("get pods -l app=one -o name")).split() == ["pod/one"]
    assert (await kubectl("get pods --field-selector spec.nodeName=nowhere -o name")).split() == []
    assert (await kubectl("get pods -A --no-headers")).split()[0] == "default"
    assert (await kubectl("get ns --chunk-size=1 -o name")).split() == [
        "namespace/default",
        "namespace/kube-public",
        "namespace/kube-system",
    ]


async def test_get_yaml_round_trips_what_was_written(kubectl: Kubectl) -> None:
    await kubectl("apply -f -", MANIFESTS)
    raw = await kubectl.json("get virtualservice web")
    assert raw["apiVersion"] == "networking.istio.io/v1"
    assert raw["spec"] == {"hosts": ["web"], "http": [{"route": [{"destination": {"host": "web"}, "weight": 100}]}]}
    older = await kubectl("get virtualservices.v1beta1.networking.istio.io web -o yaml")
    assert "apiVersion: networking.istio.io/v1beta1" in older


async def test_create_writes_built_in_kinds(kubectl: Kubectl) -> None:
    await kubectl("create namespace shop")
    await kubectl("create configmap settings --from-literal=a=b -n shop")
    await kubectl("create secret generic password --from-literal=a=b -n shop")
    await kubectl("create serviceaccount clerk -n shop")
    await kubectl("create service clusterip till --tcp=80:http -n shop")
    await kubectl("create deployment web --image=web --replicas=0 --port=80 -n shop")
    assert (await kubectl.json("get configmap settings -n shop"))["data"] == {"a": "b"}
    assert (await kubectl.json("get secret password -n shop"))["data"] == {"a": "Yg=="}
    assert (await kubectl.json("get deployment web -n shop"))["spec"]["replicas"] == 0
    assert (await kubectl.json("get service till -n shop"))["spec"]["ports"][0]["targetPort"] == "http"
    assert (await kubectl("create token clerk -n shop")).count(".") == 2
    again = await kubectl.run("create", "namespace", "shop")
    assert again.code == 1 and "AlreadyExists" in again.err


async def test_label_annotate_scale_patch_and_rollout(kubectl: Kubectl) -> None:
    await kubectl("apply -f -", MANIFESTS)
    await kubectl("label deployment web tier=front")
    await kubectl("label deployment web app-")
    await kubectl("annotate deployment web note=x")
    await kubectl("scale deployment web --replicas=5")
    await kubectl("set image deployment/web web=web:9")
    await kubectl("rollout restart deployment web")
    patch = '{"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"A","value":"9"}]}]}}}}'
    assert (await kubectl.run("patch", "deployment", "web", "-p", patch)).code == 0
    raw = await kubectl.json("get deployment web")
    assert raw["metadata"]["labels"] == {"tier": "front"} and raw["metadata"]["annotations"]["note"] == "x"
    template = raw["spec"]["template"]
    assert raw["spec"]["replicas"] == 5 and template["metadata"]["annotations"]["kubectl.kubernetes.io/restartedAt"]
    container = template["spec"]["containers"][0]
    assert container["image"] == "web:9" and container["env"] == [
        {"name": "A", "value": "9"},
        {"name": "B", "value": "2"},
    ]


async def test_a_json_patch_replaces_and_a_missing_path_is_named(kubectl: Kubectl) -> None:
    await kubectl("apply -f -", MANIFESTS)

    async def patch(path: str) -> Answer:
        step = json.dumps([{"op": "replace", "path": path, "value": 80}])
        return await kubectl.run("patch", "vs", "web", "--type=json", "-p", step)

    assert (await patch("/spec/http/0/route/0/weight")).code == 0
    before = await kubectl("get vs web -o yaml")
    refused = await patch("/spec/http/7/route/0/weight")
    assert refused.code == 1 and "/spec/http/7/route/0/weight" in refused.err
    assert await kubectl("get vs web -o yaml") == before


async def test_server_side_apply_names_conflicts(kubectl: Kubectl) -> None:
    await kubectl("apply --server-side -f -", MANIFESTS)
    changed = MANIFESTS.replace("web:1", "web:2")
    words = ["apply", "--server-side", "--field-manager=other", "-f", "-"]
    refused = await kubectl.run(*words, stdin=changed)
    assert refused.code == 1 and '.spec.template.spec.containers[name="web"].image' in refused.err
    await kubectl(" ".join([*words, "--force-conflicts"]), changed)
    assert "web:2" in await kubectl("get deployment web -o yaml")


async def test_what_is_wrong_is_refused_with_its_field(kubectl: Kubectl) -> None:
    unknown = await kubectl.run("apply", "-f", "-", stdin=MANIFESTS.replace("image: main", "imag: main"))
    assert unknown.code == 1 and 'unknown field "spec.containers[0].imag"' in unknown.err
    wrong = await kubectl.run("apply", "-f", "-", stdin=MANIFESTS.replace("weight: 100", "weight: much"))
    assert wrong.code == 1 and "spec.http[0].route[0].weight" in wrong.err


async def test_delete_waits_until_a_pod_has_ended(kubectl: Kubectl, server: Served) -> None:
    await kubectl("apply -f -", MANIFESTS)
    deleting = await kubectl.start("delete", "pod", "one")
    async with asyncio.timeout(10):
        while (await kubectl("get pod one --no-headers")).split()[2] != "Terminating":
            pass
    assert deleting.returncode is None
    server.objects.delete(POD, default("one"), DeleteOptions(grace=0))
    async with asyncio.timeout(10):
        out, _ = await deleting.communicate()
    assert deleting.returncode == 0 and b'pod "one" deleted' in out
    assert "No resources found" in (await kubectl.run("get", "pods")).err


async def test_deletions_are_reported_per_object_and_a_namespace_ends(kubectl: Kubectl) -> None:
    await kubectl("create namespace shop")
    await kubectl("apply -n shop -f -", MANIFESTS.partition("---\napiVersion: v1\nkind: Pod")[0])
    out = await kubectl("delete -n shop -f -", MANIFESTS.partition("---\napiVersion: v1\nkind: Pod")[0])
    assert [line.rsplit(" ", 1)[1] for line in out.splitlines()] == ["deleted"] * 3
    await kubectl("delete namespace shop")
    assert (await kubectl.run("get", "namespace", "shop")).code == 1


async def test_get_watch_prints_every_change(kubectl: Kubectl) -> None:
    watching = await kubectl.start("get", "configmaps", "-w", "--no-headers")
    assert watching.stdout is not None
    await kubectl("create configmap a --from-literal=x=1")
    async with asyncio.timeout(10):
        assert (await watching.stdout.readline()).split()[:2] == [b"a", b"1"]
        patch = json.dumps({"data": {"y": "2"}})
        assert (await kubectl.run("patch", "configmap", "a", "-p", patch)).code == 0
        assert (await watching.stdout.readline()).split()[:2] == [b"a", b"2"]
    watching.terminate()
    await watching.communicate()


async def test_who_am_i_and_what_may_i(kubectl: Kubectl) -> None:
    assert "admin" in await kubectl("auth whoami")
    assert (await kubectl("auth can-i delete pods")).strip() == "yes"
    assert "Server Version" in await kubectl("version")
    assert "virtualservices" in await kubectl("api-resources")
    assert "networking.istio.io/v1beta1" in await kubectl("api-versions")


async def test_definitions_are_shown_and_not_written(kubectl: Kubectl) -> None:
    shown = await kubectl("get crd virtualservices.networking.istio.io -o name")
    assert shown.strip() == "customresourcedefinition.apiextensions.k8s.io/virtualservices.networking.istio.io"
    established = await kubectl("wait --for=condition=Established crd/gateways.networking.istio.io --timeout=5s")
    assert "condition met" in established
    assert (await kubectl.run("get", "crd", "gateways.gateway.networking.k8s.io")).code == 1
    manifest = await kubectl("get crd virtualservices.networking.istio.io -o yaml")
    refused = await kubectl.run("apply", "-f", "-", stdin=manifest.replace("virtualservices", "others"))
    assert refused.code == 1 and "fixed set of kinds" in refused.err
    deleted = await kubectl.run("delete", "crd", "virtualservices.networking.istio.io")
    assert deleted.code == 1 and "fixed set of kinds" in deleted.err


async def test_kinds_are_listed_with_their_short_names_and_found_by_category(kubectl: Kubectl) -> None:
    listed = {line.split()[0]: line.split() for line in (await kubectl("api-resources --no-headers")).splitlines()}
    assert listed["virtualservices"][1:] == ["vs", "networking.istio.io/v1", "true", "VirtualService"]
    await kubectl("apply -f -", MANIFESTS)
    assert "virtualservice.networking.istio.io/web" in await kubectl("get istio-io -A -o name")

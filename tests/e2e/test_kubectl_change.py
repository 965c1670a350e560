"""What changes one object: edit, replace, patch in its three forms, label, annotate, set."""

import json
from pathlib import Path

from kubectl import Kubectl

DEPLOYMENT = """
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
      - name: side
        image: side:1
"""
ROUTE = """
apiVersion: networking.istio.io/v1beta1
kind: VirtualService
metadata: {name: product-service}
spec:
  hosts: [product-service]
  http:
  - match: [{headers: {x-canary: {exact: "true"}}}]
    route: [{destination: {host: product-service, subset: v2}}]
  - route:
    - {destination: {host: product-service, subset: v1}, weight: 90}
    - {destination: {host: product-service, subset: v2}, weight: 10}
"""


def editor(kubectl: Kubectl, program: str) -> None:
    """Have `kubectl edit` open its file in a shell program of ours; "$1" is the file."""
    script = kubectl.write("editor.sh", f"#!/bin/sh\n{program}\n")
    script.chmod(0o755)
    kubectl.environment["KUBE_EDITOR"] = str(script)


async def containers(kubectl: Kubectl) -> list[dict]:  # type: ignore[type-arg]
    found = await kubectl.json("get deployment web")
    return list(found["spec"]["template"]["spec"]["containers"])


async def test_edit_opens_the_object_and_saves_it(kubectl: Kubectl) -> None:
    await kubectl("apply -f -", ROUTE)
    editor(kubectl, "sed -i 's/weight: 90/weight: 75/; s/weight: 10/weight: 25/' \"$1\"")
    assert "virtualservice.networking.istio.io/product-service edited" in await kubectl("edit vs product-service")
    routes = (await kubectl.json("get vs product-service"))["spec"]["http"][1]["route"]
    assert [route["weight"] for route in routes] == [75, 25]
    editor(kubectl, "true")
    assert "no changes made" in (await kubectl.run("edit", "vs", "product-service")).err


async def test_edit_opens_again_with_the_reason_when_the_object_is_refused(kubectl: Kubectl) -> None:
    await kubectl("apply -f -", ROUTE)
    seen = Path(kubectl.folder / "seen")
    editor(kubectl, f'cp "$1" {seen}; sed -i "s/weight: 90/weight: -90/" "$1"')
    said = await kubectl.refused("edit vs product-service")
    assert "spec.http[1].route[0].weight" in said + seen.read_text()
    assert "weight: -90" in seen.read_text(), "the file was opened a second time, as it was left"
    assert (await kubectl.json("get vs product-service"))["metadata"]["generation"] == 1


async def test_edit_of_a_deployment_is_a_strategic_patch(kubectl: Kubectl) -> None:
    await kubectl("apply -f -", DEPLOYMENT)
    editor(kubectl, "sed -i 's/side:1/side:2/; s/replicas: 2/replicas: 3/' \"$1\"")
    await kubectl("edit deployment web")
    assert [each["image"] for each in await containers(kubectl)] == ["web:1", "side:2"]
    assert (await kubectl.json("get deployment web"))["spec"]["replicas"] == 3


async def test_replace_puts_the_whole_object_there(kubectl: Kubectl) -> None:
    await kubectl("create -f -", DEPLOYMENT)
    changed = DEPLOYMENT.partition("      - name: side")[0].replace("web:1", "web:2")
    assert await kubectl("replace -f -", changed) == "deployment.apps/web replaced\n"
    assert [each["image"] for each in await containers(kubectl)] == ["web:2"]
    assert 'deployments.apps "nobody" not found' in await kubectl.refused(
        "replace -f -", changed.replace("name: web, l", "name: nobody, l")
    )


async def test_replace_refuses_an_object_that_has_changed_since_it_was_read(kubectl: Kubectl) -> None:
    await kubectl("create -f -", DEPLOYMENT)
    old = await kubectl("get deployment web -o json")
    await kubectl("label deployment web a=b")
    said = await kubectl.refused("replace -f -", old)
    assert "Conflict" in said and "the object has been modified" in said


async def test_forced_replacement_makes_a_new_object(kubectl: Kubectl) -> None:
    await kubectl("create -f -", DEPLOYMENT)
    before = (await kubectl.json("get deployment web"))["metadata"]["uid"]
    said = await kubectl("replace --force -f -", DEPLOYMENT)
    assert said == 'deployment.apps "web" deleted\ndeployment.apps/web replaced\n'
    assert (await kubectl.json("get deployment web"))["metadata"]["uid"] != before


async def test_row_120_a_json_patch_shifts_the_weights(kubectl: Kubectl) -> None:
    await kubectl("apply -f -", ROUTE)
    steps = [{"op": "replace", "path": f"/spec/http/1/route/{index}/weight", "value": value}
             for index, value in ((0, 75), (1, 25))]  # fmt: skip
    assert "patched" in await kubectl(f"patch virtualservice product-service --type=json -p='{json.dumps(steps)}'")
    routes = (await kubectl.json("get vs product-service"))["spec"]["http"][1]["route"]
    assert [route["weight"] for route in routes] == [75, 25]


async def test_row_120_a_missing_path_is_named_and_nothing_changes(kubectl: Kubectl) -> None:
    await kubectl("apply -f -", ROUTE)
    before = await kubectl("get vs product-service -o yaml --show-managed-fields")
    # As "Service Mesh with Istio" prints it: the first route is that of the header match, and has no weights.
    steps = [{"op": "replace", "path": f"/spec/http/0/route/{index}/weight", "value": 50} for index in (0, 1)]
    said = await kubectl.refused(f"patch virtualservice product-service --type=json -p='{json.dumps(steps)}' -v=6")
    assert "/spec/http/0/route/0/weight" in said and "422" in said
    # A step that could be done does not stay when a later one cannot.
    half = [{"op": "replace", "path": "/spec/http/1/route/0/weight", "value": 1}, steps[0]]
    await kubectl.refused(f"patch virtualservice product-service --type=json -p='{json.dumps(half)}'")
    tested = [{"op": "test", "path": "/spec/hosts/0", "value": "other"}]
    assert "/spec/hosts/0" in await kubectl.refused(f"patch vs product-service --type=json -p='{json.dumps(tested)}'")
    assert await kubectl("get vs product-service -o yaml --show-managed-fields") == before


async def test_a_merge_patch_replaces_lists_and_removes_with_null(kubectl: Kubectl) -> None:
    await kubectl("apply -f -", ROUTE)
    body = {"spec": {"http": [{"route": [{"destination": {"host": "product-service"}}]}], "exportTo": ["."]}}
    await kubectl(f"patch vs product-service --type=merge -p '{json.dumps(body)}'")
    await kubectl("""patch vs product-service --type=merge -p '{"spec": {"exportTo": null}}'""")
    spec = (await kubectl.json("get vs product-service"))["spec"]
    assert spec == {"hosts": ["product-service"], "http": body["spec"]["http"]}
    assert "unchanged" not in await kubectl(
        """patch vs product-service --type=merge -p '{"spec": {"exportTo": ["*"]}}'"""
    )
    assert "(no change)" in await kubectl(
        """patch vs product-service --type=merge -p '{"spec": {"exportTo": ["*"]}}'"""
    )


async def test_a_strategic_patch_merges_lists_by_key_and_obeys_directives(kubectl: Kubectl) -> None:
    await kubectl("apply -f -", DEPLOYMENT)

    async def patch(*items: dict) -> None:  # type: ignore[type-arg]
        body = {"spec": {"template": {"spec": {"containers": list(items)}}}}
        await kubectl(f"patch deployment web -p '{json.dumps(body)}'")

    await patch({"name": "web", "env": [{"name": "B", "value": "9"}, {"name": "C", "value": "3"}]})
    env = {each["name"]: each["value"] for each in (await containers(kubectl))[0]["env"]}
    assert env == {"A": "1", "B": "9", "C": "3"}
    await patch({"name": "web", "env": [{"name": "A", "$patch": "delete"}]}, {"name": "side", "$patch": "delete"})
    left = await containers(kubectl)
    assert [each["name"] for each in left] == ["web"] and "A" not in {each["name"] for each in left[0]["env"]}


async def test_a_strategic_patch_is_not_for_custom_kinds(kubectl: Kubectl) -> None:
    await kubectl("apply -f -", ROUTE)
    said = await kubectl.refused("""patch vs product-service --type=strategic -p '{"spec": {"hosts": ["x"]}}'""")
    assert "application/strategic-merge-patch+json is not supported" in said and "application/merge-patch+json" in said


async def test_labels_and_annotations_are_overwritten_only_when_told(kubectl: Kubectl) -> None:
    await kubectl("apply -f -", DEPLOYMENT)
    assert "labeled" in await kubectl("label deployment web tier=front")
    assert "'tier' already has a value (front)" in await kubectl.refused("label deployment web tier=back")
    await kubectl("label deployment web tier=back --overwrite")
    await kubectl("annotate deployment web note='two words' --overwrite")
    await kubectl("label deployment -l app=web all=yes")
    meta = (await kubectl.json("get deployment web"))["metadata"]
    assert meta["labels"] == {"app": "web", "tier": "back", "all": "yes"} and meta["annotations"]["note"] == "two words"
    assert "unlabeled" in await kubectl("label deployment web tier-")
    assert "a valid label" in await kubectl.refused("label deployment web 'x=not a label'")
    assert await kubectl("label ns default istio-injection=enabled") == "namespace/default labeled\n"


async def test_set_changes_images_environment_and_resources(kubectl: Kubectl) -> None:
    await kubectl("apply -f -", DEPLOYMENT)
    await kubectl("set image deployment/web web=web:2 side=side:2")
    await kubectl("set env deployment/web -c web A- C=3")
    await kubectl("set resources deployment/web -c web --limits=cpu=200m,memory=64Mi")
    await kubectl("create serviceaccount clerk")
    await kubectl("set serviceaccount deployment/web clerk")
    web, side = await containers(kubectl)
    assert (web["image"], side["image"]) == ("web:2", "side:2")
    assert web["env"] == [{"name": "B", "value": "2"}, {"name": "C", "value": "3"}]
    assert web["resources"] == {"limits": {"cpu": "200m", "memory": "64Mi"}}
    spec = (await kubectl.json("get deployment web"))["spec"]["template"]["spec"]
    assert spec["serviceAccountName"] == "clerk"
    await kubectl("create service clusterip web --tcp=80")
    await kubectl("set selector svc web app=web")
    assert (await kubectl.json("get svc web"))["spec"]["selector"] == {"app": "web"}


async def test_expose_makes_a_service_of_what_a_deployment_selects(kubectl: Kubectl) -> None:
    await kubectl("apply -f -", DEPLOYMENT)
    assert await kubectl("expose deployment web --port=80 --target-port=8080 --name=front") == "service/front exposed\n"
    spec = (await kubectl.json("get svc front"))["spec"]
    assert spec["selector"] == {"app": "web"} and spec["ports"][0]["targetPort"] == 8080


async def test_run_makes_a_pod(kubectl: Kubectl) -> None:
    said = await kubectl("run one --image=web:1 --port=8080 --env=A=1 --labels=app=one --restart=Never -- serve --fast")
    assert said == "pod/one created\n"
    spec = (await kubectl.json("get pod one"))["spec"]
    assert spec["restartPolicy"] == "Never" and spec["containers"][0]["args"] == ["serve", "--fast"]


async def test_scale_looks_at_what_is_there_first(kubectl: Kubectl) -> None:
    await kubectl("apply -f -", DEPLOYMENT)
    assert await kubectl("scale deployment web --replicas=4") == "deployment.apps/web scaled\n"
    assert "Expected replicas to be 2, was 4" in await kubectl.refused(
        "scale deployment web --current-replicas=2 --replicas=1"
    )
    assert (await kubectl.json("get deployment web"))["spec"]["replicas"] == 4

"""`kubectl get` in every form that it prints: tables, columns, selections, templates, watches."""

import asyncio
import json
import re
from pathlib import Path

import pytest
import yaml
from kubectl import Kubectl, rows

MANIFESTS = """
apiVersion: v1
kind: Service
metadata: {name: web, labels: {app: web, tier: front}}
spec:
  selector: {app: web}
  ports: [{name: http, port: 80, targetPort: 8080}]
---
apiVersion: v1
kind: Service
metadata: {name: api, labels: {app: api}}
spec:
  selector: {app: api}
  ports: [{name: http, port: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web, tier: front}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "web:1"}]}
---
apiVersion: v1
kind: Pod
metadata: {name: one, labels: {app: one}}
spec: {containers: [{name: main, image: main}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web}
spec:
  hosts: [web, shop.example.com]
  gateways: [mesh]
  http: [{route: [{destination: {host: web}}]}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web}
spec: {host: web}
"""

AGE = {"name": "Age"}  # the only column of a CRD that names none
CRDS = Path(__file__).parents[3] / "shared" / "conformance" / "crds" / "istio-crds.yaml"


@pytest.fixture
async def filled(kubectl: Kubectl) -> Kubectl:
    await kubectl("apply -f -", MANIFESTS)
    await kubectl("create namespace shop")
    await kubectl("create configmap settings --from-literal=a=b -n shop")
    return kubectl


async def test_built_in_kinds_have_the_columns_of_kubernetes(filled: Kubectl) -> None:
    assert rows(await filled("get svc web"))[0] == ["NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE"]
    assert rows(await filled("get svc web -o wide"))[0][-1] == "SELECTOR"
    assert rows(await filled("get deploy"))[0] == ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"]
    assert rows(await filled("get deploy -o wide"))[0][5:] == ["CONTAINERS", "IMAGES", "SELECTOR"]
    assert rows(await filled("get pod one -o wide"))[0][5:] == ["IP", "NODE", "NOMINATED NODE", "READINESS GATES"]
    assert rows(await filled("get ns"))[0] == ["NAME", "STATUS", "AGE"]
    await filled("create serviceaccount clerk")
    assert [row[:2] for row in rows(await filled("get sa clerk"))] == [["NAME", "SECRETS"], ["clerk", "0"]]
    assert rows(await filled("get cm -n shop"))[0] == ["NAME", "DATA", "AGE"]


async def test_a_load_balancer_without_an_address_is_pending(filled: Kubectl) -> None:
    await filled("create service loadbalancer edge --tcp=80")
    assert rows(await filled("get svc edge"))[1][3] == "<pending>"


async def test_istio_kinds_have_the_columns_of_their_crds(filled: Kubectl) -> None:
    if not CRDS.exists():
        pytest.skip("../shared/conformance is not there: nothing to compare with")
    served = set((await filled("api-resources -o name")).split())
    crds = [crd for crd in yaml.safe_load_all(CRDS.read_text()) if crd and crd["metadata"]["name"] in served]
    for crd in crds:
        version = crd["spec"]["versions"][0]
        columns = [column for column in version.get("additionalPrinterColumns", [AGE]) if not column.get("priority")]
        wanted = ["name", *(column["name"].lower() for column in columns)]
        assert (
            await header(filled, f"{crd['spec']['names']['plural']}.{version['name']}.{crd['spec']['group']}") == wanted
        )
    assert len(crds) >= 5


async def header(kubectl: Kubectl, resource: str) -> list[str]:
    """The columns of `kubectl get`, also where there is nothing to print: kubectl logs what the server answers."""
    said = (await kubectl.run("get", resource, "-v=9")).err
    body = json.loads(re.findall(r'"Response Body" body=(".*")$', said, re.MULTILINE)[-1])
    return [column["name"].lower() for column in json.loads(body)["columnDefinitions"] if not column["priority"]]


async def test_several_kinds_and_names_at_once(filled: Kubectl) -> None:
    both = await filled("get vs,dr")
    assert "virtualservice.networking.istio.io/web" in both and "destinationrule.networking.istio.io/web" in both
    assert (await filled("get deploy/web svc/web -o name")).split() == ["deployment.apps/web", "service/web"]
    assert (await filled("get svc web api -o name")).split() == ["service/web", "service/api"]
    partly = await filled.run("get", "svc", "web", "nobody", "-o", "name")
    assert partly.code == 1 and partly.out == "service/web\n" and 'services "nobody" not found' in partly.err
    assert (await filled("get svc nobody --ignore-not-found")) == ""


async def test_get_all_prints_workloads_in_kubernetes_order(filled: Kubectl) -> None:
    kinds = [line.split("/")[0] for line in (await filled("get all -o name")).split()]
    assert list(dict.fromkeys(kinds)) == ["pod", "service", "deployment.apps"]


async def test_categories_of_istio_kinds(filled: Kubectl) -> None:
    names = set((await filled("get istio-io -o name")).split())
    assert names == {"virtualservice.networking.istio.io/web", "destinationrule.networking.istio.io/web"}


async def test_selections_by_label(filled: Kubectl) -> None:
    async def selected(selector: str) -> list[str]:
        return sorted((await filled(f"get svc -o name -l '{selector}'")).replace("service/", "").split())

    assert await selected("app=web") == await selected("app==web") == ["web"]
    assert await selected("app in (web, api)") == ["api", "web"]
    assert await selected("app,!tier") == ["api"]
    assert await selected("app notin (web)") == ["api", "kubernetes"]
    assert await selected("app!=web,app") == ["api"]
    assert "unable to parse requirement" in await filled.refused("get svc -l 'a=b=c'")


async def test_selections_by_field(filled: Kubectl) -> None:
    assert (await filled("get svc --field-selector metadata.name=web -o name")).split() == ["service/web"]
    assert (await filled("get pods -A --field-selector status.phase=Pending -o name")).split() == ["pod/one"]
    assert await filled("get pods --field-selector status.phase!=Pending -o name") == ""
    assert "field label not supported: spec.nonsense" in await filled.refused(
        "get pods --field-selector spec.nonsense=x"
    )


async def test_labels_as_columns(filled: Kubectl) -> None:
    assert rows(await filled("get svc web --show-labels"))[1][-1] == "app=web,tier=front"
    table = rows(await filled("get svc web -L tier,app"))
    assert table[0][-2:] == ["TIER", "APP"] and table[1][-2:] == ["front", "web"]


async def test_sorting(filled: Kubectl) -> None:
    by_port = await filled("get svc --sort-by='{.spec.ports[0].port}' --no-headers")
    assert [row[0] for row in rows(by_port)] == ["web", "kubernetes", "api"]


async def test_every_namespace_has_its_column(filled: Kubectl) -> None:
    table = rows(await filled("get cm -A"))
    assert table[0][:2] == ["NAMESPACE", "NAME"] and ["shop", "settings"] in [row[:2] for row in table]


async def test_yaml_and_json_hold_the_same_object(filled: Kubectl) -> None:
    as_yaml, as_json = yaml.safe_load(await filled("get vs web -o yaml")), await filled.json("get vs web")
    assert as_yaml == as_json and as_json["spec"]["hosts"] == ["web", "shop.example.com"]
    assert "managedFields" not in as_json["metadata"]
    shown = await filled.json("get vs web --show-managed-fields")
    assert [entry["manager"] for entry in shown["metadata"]["managedFields"]] == ["kubectl-client-side-apply"]
    listed = await filled.json("get vs,dr")
    assert listed["kind"] == "List" and len(listed["items"]) == 2


async def test_templates(filled: Kubectl) -> None:
    assert await filled("get vs web -o jsonpath='{.spec.hosts[*]}'") == "web shop.example.com"
    items = "get svc -o jsonpath='{range .items[*]}{.metadata.name}={.spec.ports[0].port};{end}'"
    assert await filled(items) == "api=8080;kubernetes=443;web=80;"
    assert await filled("get svc -o go-template='{{range .items}}{{.metadata.name}} {{end}}'") == "api kubernetes web "
    columns = rows(await filled("get svc web -o custom-columns=SERVICE:.metadata.name,PORT:.spec.ports[0].port"))
    assert columns == [["SERVICE", "PORT"], ["web", "80"]]


async def test_without_server_print_names_and_ages_are_left(filled: Kubectl) -> None:
    assert rows(await filled("get svc web --server-print=false"))[0] == ["NAME", "AGE"]


async def test_a_watch_tells_events(filled: Kubectl) -> None:
    words = ["get", "vs", "-w", "--output-watch-events", "-o", "jsonpath={.type} {.object.metadata.name}{'\\n'}"]
    watching = await filled.start(*words)
    assert watching.stdout is not None
    async with asyncio.timeout(15):
        assert await watching.stdout.readline() == b"ADDED web\n"
        await filled("label vs web a=b")
        assert await watching.stdout.readline() == b"MODIFIED web\n"
        await filled("delete vs web")
        assert await watching.stdout.readline() == b"DELETED web\n"
    watching.terminate()
    await watching.communicate()


async def test_what_is_not_there_is_said(filled: Kubectl) -> None:
    assert (await filled.run("get", "vs", "-n", "shop")).err == "No resources found in shop namespace.\n"
    assert await filled.refused("get vs nobody") == (
        'Error from server (NotFound): virtualservices.networking.istio.io "nobody" not found\n'
    )
    assert 'the server doesn\'t have a resource type "cronjobs"' in await filled.refused("get cronjobs")

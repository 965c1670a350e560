"""The real kubectl explains every kind, and computes its patches, from the API's own documents."""

import json

import pytest
from apiservers import Served
from kubectl import Kubectl

from lateen.kinds.all import KINDS

# A field of a part that our models leave open: kubectl must not warn of it when it computes a patch.
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "web:1", securityContext: {capabilities: {drop: [ALL]}}}
"""


async def test_explain_shows_types_and_what_is_required(kubectl: Kubectl) -> None:
    lines = (await kubectl("explain virtualservice.spec.http.route --recursive")).splitlines()
    assert "FIELD: route <[]HTTPRouteDestination>" in lines
    assert "  destination\t<Destination> -required-" in lines
    assert "      number\t<integer>" in lines
    assert "      add\t<map[string]string>" in lines


async def test_explain_shows_the_values_of_an_enum(kubectl: Kubectl) -> None:
    told = (await kubectl("explain peerauthentications.spec.mtls.mode")).split()
    assert told[told.index("ENUM:") + 1 :][:4] == ["DISABLE", "PERMISSIVE", "STRICT", "UNSET"]


async def test_explain_knows_core_kinds_and_every_served_version(kubectl: Kubectl) -> None:
    assert "  image\t<string>" in (await kubectl("explain pods.spec.containers")).splitlines()
    told = await kubectl("explain virtualservices.spec --api-version=networking.istio.io/v1beta1")
    assert "VERSION:    v1beta1" in told and "<[]HTTPRoute>" in told


async def test_every_kind_can_be_explained(kubectl: Kubectl) -> None:
    for kind in KINDS:
        assert f"KIND:       {kind.kind}\n" in await kubectl(f"explain {kind.resource}")


async def test_a_field_that_is_not_there_is_an_error(kubectl: Kubectl) -> None:
    answer = await kubectl.run("explain", "virtualservice.spec.nothing")
    assert answer.code == 1 and '"nothing" does not exist' in answer.err


async def test_a_patch_of_what_the_models_leave_open_warns_of_nothing(kubectl: Kubectl) -> None:
    await kubectl("apply -f -", DEPLOYMENT)
    assert (await kubectl("apply --validate=true -f -", DEPLOYMENT.replace("ALL", "ANY"))).endswith("configured\n")
    differs = await kubectl.run("diff", "-f", "-", stdin=DEPLOYMENT)
    changes = [line.split() for line in differs.out.splitlines() if line[:1] in "+-"]
    assert differs.code == 1 and not differs.err and ["+", "-", "ALL"] in changes and ["-", "-", "ANY"] in changes


@pytest.mark.parametrize("dry", ["client", "server"])
async def test_a_dry_run_validates_and_stores_nothing(kubectl: Kubectl, dry: str) -> None:
    assert "created" in await kubectl(f"apply --dry-run={dry} -f -", DEPLOYMENT)
    assert (await kubectl.run("get", "deployment", "web")).code == 1


async def test_openapi_v2_describes_nothing(kubectl: Kubectl, server: Served) -> None:
    assert json.loads(await kubectl("get --raw /openapi/v2"))["paths"] == {}
    assert "api/v1" in json.loads(await kubectl("get --raw /openapi/v3"))["paths"]

"""The Gateway API's kinds with the real kubectl, beside Istio's kind that is named Gateway, too."""

import json
from pathlib import Path

import pytest
import yaml
from kubectl import Kubectl, rows

SAMPLES = Path(__file__).parents[3] / "shared" / "conformance" / "samples" / "bookinfo" / "gateway-api"
ISTIOS = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: istios}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
"""

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not SAMPLES.exists(), reason=f"{SAMPLES} is not here: its manifests are not applied"),
]


@pytest.fixture
async def applied(kubectl: Kubectl) -> Kubectl:
    for path in sorted(SAMPLES.glob("*.yaml")):
        await kubectl(f"apply -f {path}")
    return kubectl


async def test_samples_apply_and_are_shown_in_their_columns(applied: Kubectl) -> None:
    assert rows(await applied("get gtw"))[0] == ["NAME", "CLASS", "ADDRESS", "PROGRAMMED", "AGE"]
    assert rows(await applied("get gtw"))[1][:3] == ["bookinfo-gateway", "istio", "Unknown"]
    assert rows(await applied("get httproute"))[0] == ["NAME", "HOSTNAMES", "AGE"]
    assert {"bookinfo", "reviews"} <= {row[0] for row in rows(await applied("get httproutes"))}
    for path in sorted(SAMPLES.glob("*.yaml")):
        assert "created" not in await applied(f"apply -f {path}")


async def test_defaults_are_written_as_upstreams_definitions_say(applied: Kubectl) -> None:
    route = json.loads(await applied("get httproute bookinfo -o json"))
    assert route["spec"]["parentRefs"][0]["kind"] == "Gateway"
    assert {backend["weight"] for rule in route["spec"]["rules"] for backend in rule["backendRefs"]} == {1}
    gateway = yaml.safe_load(await applied("get gtw bookinfo-gateway -o yaml"))
    assert {each["reason"] for each in gateway["status"]["conditions"]} == {"Pending"}


async def test_kinds_of_one_name_are_told_apart(applied: Kubectl) -> None:
    await applied("apply -f -", ISTIOS)
    assert await applied("get gw -o name") == "gateway.networking.istio.io/istios\n"
    assert await applied("get gtw -o name") == "gateway.gateway.networking.k8s.io/bookinfo-gateway\n"
    assert await applied("get gateway -o name") == "gateway.gateway.networking.k8s.io/bookinfo-gateway\n"
    for group, name in (("networking.istio.io", "istios"), ("gateway.networking.k8s.io", "bookinfo-gateway")):
        assert await applied(f"get gateways.{group} -o jsonpath={{.items[*].metadata.name}}") == name
    await applied("delete gateways.networking.istio.io istios")
    assert "bookinfo-gateway" in await applied("get gtw")


async def test_rules_are_explained_and_what_breaks_them_is_refused(applied: Kubectl) -> None:
    assert "backendRefs" in await applied("explain httproute.spec.rules")
    broken = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "broken"},
        "spec": {"rules": [{"backendRefs": [{"name": "a"}]}]},
    }
    assert "spec.rules[0].backendRefs[0].port" in await applied.refused("apply -f -", json.dumps(broken))

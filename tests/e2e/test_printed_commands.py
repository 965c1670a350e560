"""The kubectl commands that the documents print, in their order, on a real mesh; printed_commands.yaml lists them."""

import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubectl import KUBECTL
from mesh import ROOT, Mesh, eventually

COMMANDS = yaml.safe_load((Path(__file__).parent / "printed_commands.yaml").read_text())

pytestmark = pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")


@pytest.fixture(scope="module")
def shop(mesh: Mesh) -> Mesh:
    """A mesh with the workloads that documents B and C speak of; namespaces are labelled by the documents."""
    for name in ("payments", "production"):
        mesh.kubectl("create", "namespace", name)
    mesh.deploy("payments-api", namespace="payments")
    return mesh


def run(mesh: Mesh, command: dict[str, Any], **names: str) -> None:
    words = [names.get(word.partition("/")[2], word) for word in shlex.split(command["run"].replace('"', '\\"'))]
    stdin = (ROOT / command["stdin"]).read_text() if "stdin" in command else ""
    if "refused" in command:
        done = mesh.kubectl(*words, check=False)
        assert done.returncode == 1 and command["refused"] in done.stderr, done
        return

    def said() -> bool:
        return command["says"] in mesh.kubectl(*words, stdin=stdin).stdout

    if words[0] == "logs":
        eventually(said, 15, command["says"])
    else:
        assert said(), command["printed"]


def done(document: str) -> list[dict[str, Any]]:
    return [command for command in COMMANDS[document] if "run" in command]


def test_document_a(shop: Mesh) -> None:
    for command in done("A"):
        run(shop, command)


def test_document_b(shop: Mesh) -> None:
    before = {pod["metadata"]["name"] for pod in shop.pods("payments-api", "payments")}
    for command in done("B"):
        run(shop, command)
    shop.kubectl("rollout", "status", "deployment/payments-api", "-n", "payments", "--timeout=60s")
    (pod,) = eventually(
        lambda: [p for p in shop.pods("payments-api", "payments") if p["metadata"]["name"] not in before], 20
    )
    assert "istio-proxy" in {
        each["name"] for each in (*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"])
    }


def test_document_c(shop: Mesh) -> None:
    label, *rest = done("C")
    run(shop, label)
    shop.deploy("product-service", namespace="production")
    shop.kubectl("apply", "-f", "examples/reference/product-service.yaml")
    pod = shop.pod("product-service", "production")
    url = "http://product-service.production:8080/printed"
    eventually(lambda: shop.call("product-service", url, "-H", "x-canary: no", namespace="production")[0] > 0, 15)
    for command in rest:
        run(shop, command, **{"MY-POD": f"pod/{pod}"})
    weights = shop.get("virtualservice", "product-service", "production")["spec"]["http"][1]["route"]
    assert [route["weight"] for route in weights] == [75, 25]

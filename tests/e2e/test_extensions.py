"""Users' code in real proxies: Lua on both sides, in the order of phases and priorities."""

from typing import Any

import pytest
from mesh import Mesh, eventually

URL = "http://web:8080/"


@pytest.fixture(scope="module")
def shop(mesh: Mesh) -> Mesh:
    mesh.deploy("web")
    mesh.deploy("client")
    return mesh


def extension(name: str, code: str, **spec: Any) -> dict[str, Any]:
    """A script whose bodies of functions are `code`."""
    meta = {"name": name}
    given = {"lua": {"inlineCode": code}, **spec}
    return {"apiVersion": "extensions.istio.io/v1alpha1", "kind": "TrafficExtension", "metadata": meta, "spec": given}


def adds(name: str, value: str, **spec: Any) -> dict[str, Any]:
    """A script that appends to a header of requests, `seen`."""
    code = f"""function envoy_on_request(handle)
      local before = handle:headers():get("x-seen") or ""
      handle:headers():replace("x-seen", before .. "{value}")
    end"""
    return extension(name, code, **spec)


def seen(mesh: Mesh) -> str:
    status, answer = mesh.call("client", URL)
    assert status == 200
    return str(answer["headers"].get("x-seen", ""))


def test_scripts_run_on_both_sides_by_phase_and_priority(shop: Mesh) -> None:
    given = [
        adds("out", "o", match=[{"mode": "CLIENT"}]),
        adds("last", "l", match=[{"mode": "SERVER"}], selector={"matchLabels": {"app": "web"}}),
        adds("low", "1", match=[{"mode": "SERVER"}], phase="AUTHZ", priority=1),
        adds("high", "9", match=[{"mode": "SERVER"}], phase="AUTHZ", priority=9),
        adds("stats", "s", match=[{"mode": "SERVER", "ports": [{"number": 8080}]}], phase="STATS"),
        adds("early", "n", match=[{"mode": "SERVER"}], phase="AUTHN", priority=-3),
        adds("elsewhere", "x", match=[{"ports": [{"number": 9999}]}]),
        adds("other", "y", selector={"matchLabels": {"app": "other"}}),
    ]
    assert seen(shop) == ""
    shop.apply(*given)
    eventually(lambda: seen(shop) == "on91sl", 15, "all scripts have run, in their order")
    shop.delete(*given)
    eventually(lambda: seen(shop) == "", 15, "no script runs any more")


def test_a_script_answers_and_changes_responses(shop: Mesh) -> None:
    code = """function envoy_on_request(handle)
      if handle:headers():get("x-deny") then handle:respond({[":status"] = "403"}, "denied by script") end
    end
    function envoy_on_response(handle) handle:headers():add("x-script", "was here") end"""
    given = extension("guard", code, match=[{"mode": "SERVER"}], phase="AUTHZ")
    shop.apply(given)

    def headers(*arguments: str) -> str:
        return shop.curl("client", "-i", *arguments, URL).stdout

    eventually(lambda: "x-script: was here" in headers(), 15, "the script sees responses")
    denied = headers("-H", "x-deny: 1")
    assert denied.startswith("HTTP/1.1 403") and "denied by script" in denied
    shop.delete(given)


def test_a_script_that_cannot_be_read_is_said_of_its_object_and_traffic_goes_on(shop: Mesh) -> None:
    given = extension("broken", "function envoy_on_request(", match=[{"mode": "SERVER"}])
    shop.apply(given)

    def refused() -> str:
        conditions = shop.get("trafficextension", "broken").get("status", {}).get("conditions", [])
        return next((each["message"] for each in conditions if "refused" in each.get("message", "")), "")

    assert "script load error" in eventually(refused, 20, "the status says that a proxy refused it")
    assert seen(shop) == ""
    shop.delete(given)

"""What Gateways need, made at a real API server."""

from typing import Any

from planes import Plane
from worlds import gateway_api, service

from lateen.base.refs import Key
from lateen.base.tasks import until_seen
from lateen.kinds.all import by_kind
from lateen.sources.api_error import ApiError

GATEWAY = "{gatewayClassName: %s, listeners: [{name: http, port: %d, protocol: HTTP}]%s}"


def gateway(port: int = 80, name: str = "edge", class_name: str = "istio", more: str = "") -> dict[str, Any]:
    return gateway_api("Gateway", name, GATEWAY % (class_name, port, more))


async def found(mesh: Plane, kind: str, name: str) -> Any:
    try:
        return await mesh.admin.get(by_kind(kind), Key("shop", name))
    except ApiError:
        return None


async def ports(mesh: Plane, name: str, wanted: int) -> Any:
    async def look() -> Any:
        made = await found(mesh, "Service", name)
        return made if made and wanted in [port["port"] for port in made["spec"]["ports"]] else None

    return await until_seen(look, seconds=20, what=f"port {wanted} of {name}")


async def test_a_gateway_gets_proxies_and_a_service_that_follow_its_listeners(mesh: Plane) -> None:
    await mesh.put(gateway())
    made = await ports(mesh, "edge-istio", 80)
    assert made["metadata"]["ownerReferences"][0]["name"] == "edge"
    assert await found(mesh, "Deployment", "edge-istio") and await found(mesh, "ServiceAccount", "edge-istio")
    await mesh.put(gateway(8080))
    assert 80 not in [port["port"] for port in (await ports(mesh, "edge-istio", 8080))["spec"]["ports"]]


async def test_nothing_is_made_for_others_gateways_or_for_those_with_a_service(mesh: Plane) -> None:
    named = ", addresses: [{type: Hostname, value: front}]"
    await mesh.put(gateway(name="other", class_name="nginx"), gateway(name="named", more=named), gateway(name="last"))
    await ports(mesh, "last-istio", 80)
    assert await found(mesh, "Service", "other-nginx") is None and await found(mesh, "Service", "named-istio") is None


async def test_what_somebody_has_by_that_name_is_not_taken_away(mesh: Plane) -> None:
    await mesh.put(service("edge-istio", [{"name": "mine", "port": 9}]), gateway(), gateway(name="last"))
    await ports(mesh, "last-istio", 80)
    assert (await found(mesh, "Service", "edge-istio"))["spec"]["selector"] == {"app": "edge-istio"}

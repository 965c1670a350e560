"""A Gateway's proxies as they are connected, at a real API server: what they have not taken is told."""

from typing import Any

from planes import Plane
from worlds import gateway_api, pod, service, slices

from lateen.app.gateway_proxies import GatewayProxies
from lateen.app.refusals import Refusals
from lateen.base.refs import Key
from lateen.base.tasks import until, until_seen
from lateen.kinds.all import by_kind
from lateen.planner.gateway_api.gateway import KIND
from lateen.proto import types

LABEL = {"gateway.networking.k8s.io/gateway-name": "edge"}
GATEWAY = by_kind(KIND)
EDGE = Key("shop", "edge")


def gateway(port: int = 80) -> dict[str, Any]:
    spec = f"{{gatewayClassName: istio, listeners: [{{name: http, port: {port}, protocol: HTTP}}]}}"
    return gateway_api("Gateway", "edge", spec)


def world() -> list[dict[str, Any]]:
    ports = tuple({"name": f"port-{number}", "port": number} for number in (80, 81))
    own = service("edge-istio", ports, address="10.96.1.1")
    own["spec"]["selector"] = LABEL
    proxy = pod("edge-1", "10.244.0.2", LABEL, annotations={"inject.istio.io/templates": "gateway"})
    return [own, proxy, slices("edge-istio", {"edge-1": "10.244.0.2"}, {"port-80": 80, "port-81": 81}), gateway()]


async def programmed(mesh: Plane) -> dict[str, Any]:
    """What is said of the newest generation, as soon as it is."""

    async def look() -> Any:
        found = await mesh.admin.get(GATEWAY, EDGE)
        said = {one["type"]: one for one in found["status"]["conditions"]}["Programmed"]
        return said if said.get("observedGeneration") == found["metadata"]["generation"] else None

    return await until_seen(look, seconds=20, what="the status")  # type: ignore[no-any-return]


async def test_a_gateway_is_programmed_when_its_proxy_has_acknowledged(mesh: Plane) -> None:
    await mesh.seen(await mesh.put(*world()))
    refusals = Refusals(mesh.control.pipeline, lambda: mesh.control.ads.connections)
    proxies = GatewayProxies(mesh.control.pipeline.plans, refusals)
    assert (proxies.connected(EDGE), proxies.connected(Key("shop", "other"))) == (0, 0)
    assert (await programmed(mesh))["message"] == "no proxy of it is connected"
    proxy = await mesh.connect("edge-1")
    await until(lambda: not proxies.lacking(EDGE) and proxies.connected(EDGE) == 1, seconds=10, what="the proxy")
    await until_seen(lambda: _true(mesh), seconds=10, what="programmed")
    proxy.hold.clear()
    await mesh.seen(await mesh.put(gateway(81)))
    said = await programmed(mesh)
    assert said["status"] == "False" and said["message"].startswith("1 of 1 proxies have not acknowledged")
    proxy.hold.set()
    await until_seen(lambda: _true(mesh), seconds=10, what="programmed again")


async def _true(mesh: Plane) -> bool:
    return bool((await programmed(mesh))["status"] == "True")


async def test_what_a_proxy_refuses_of_it_is_told(mesh: Plane) -> None:
    await mesh.seen(await mesh.put(*world()))
    proxy = await mesh.connect("edge-1", refuses={"0.0.0.0_80": "no"})
    await until(lambda: bool(proxy.names[types.CLUSTER]), seconds=10, what="the proxy")

    async def refused() -> bool:
        return "refused LDS 0.0.0.0_80: no" in (await programmed(mesh))["message"]

    await until_seen(refused, seconds=10, what="the refusal")

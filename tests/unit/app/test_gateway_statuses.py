"""Statuses of the Gateway API's objects, at a real API server."""

from typing import Any

from planes import Plane
from worlds import gateway_api, service

from lateen.base.refs import Key
from lateen.base.tasks import until_seen
from lateen.kinds.all import by_kind

ROUTE = by_kind("HTTPRoute")
PARENT = "{group: '', kind: Service, name: web}"
OTHER = {
    "parentRef": {"name": "g"},
    "controllerName": "example.com/other",
    "conditions": [
        {"type": "Accepted", "status": "True", "reason": "Accepted", "message": "", "lastTransitionTime": "2020-01-01T00:00:00Z"}
    ],
}  # fmt: skip


def route(backend: str) -> dict[str, Any]:
    return gateway_api(
        "HTTPRoute", "r", f"{{parentRefs: [{PARENT}], rules: [{{backendRefs: [{{name: {backend}, port: 80}}]}}]}}"
    )


async def conditions(mesh: Plane, resolved: str) -> dict[str, Any]:
    """Our conditions of the route, as soon as its references are so."""

    async def look() -> Any:
        parents = ((await mesh.admin.get(ROUTE, Key("shop", "r"))).get("status") or {}).get("parents") or ()
        own = [one for one in parents if one["controllerName"] == "istio.io/gateway-controller"]
        said = {each["type"]: each for one in own for each in one["conditions"]}
        return said if said and said["ResolvedRefs"]["reason"] == resolved else None

    return await until_seen(look, seconds=20, what=f"a route that is {resolved}")  # type: ignore[no-any-return]


async def test_a_route_is_told_and_told_again_when_that_changes(mesh: Plane) -> None:
    await mesh.put(service("web"), service("api"), route("gone"))
    before = await conditions(mesh, "BackendNotFound")
    assert before["Accepted"]["status"] == "True" and before["Accepted"]["lastTransitionTime"]
    await mesh.put(route("api"))
    after = await conditions(mesh, "ResolvedRefs")
    assert after["Accepted"]["lastTransitionTime"] == before["Accepted"]["lastTransitionTime"]
    assert after["ResolvedRefs"]["observedGeneration"] == before["ResolvedRefs"]["observedGeneration"] + 1


async def test_what_other_controllers_say_stays(mesh: Plane) -> None:
    await mesh.put(service("web"), route("web"))
    await conditions(mesh, "ResolvedRefs")
    found = await mesh.admin.get(ROUTE, Key("shop", "r"))
    await mesh.admin.update_status(ROUTE, found | {"status": {"parents": [OTHER]}})
    await conditions(mesh, "ResolvedRefs")
    parents = (await mesh.admin.get(ROUTE, Key("shop", "r")))["status"]["parents"]
    assert sorted(one["controllerName"] for one in parents) == ["example.com/other", "istio.io/gateway-controller"]

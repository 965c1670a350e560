"""The subresource scale: a number, read and written by itself."""

from typing import Any

import pytest
from apis import Api
from apiservers import DEPLOYMENT, deployment
from contracts import causes, patch, told


@pytest.fixture
async def path(api: Api) -> str:
    raw = deployment("a")
    raw["metadata"]["namespace"] = api.namespace
    await api.client.create(DEPLOYMENT, raw)
    return api.path(DEPLOYMENT, "a", subresource="scale")


async def replicas(api: Api) -> tuple[int, int]:
    live = await api.client.get(DEPLOYMENT, api.key("a"))
    return live["spec"]["replicas"], live["metadata"]["generation"]


async def test_a_scale_says_how_many_are_wanted_and_whose(api: Api, path: str) -> None:
    scale = (await api.ask("GET", path)).body
    assert (scale["kind"], scale["apiVersion"]) == ("Scale", "autoscaling/v1")
    live = await api.client.get(DEPLOYMENT, api.key("a"))
    expected = {
        name: live["metadata"][name] for name in ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    }
    assert scale["metadata"] == expected
    assert scale["spec"] == {"replicas": 1} and scale["status"] == {"replicas": 0, "selector": "app=a"}


async def test_a_scale_is_replaced_and_patched(api: Api, path: str) -> None:
    scale: dict[str, Any] = (await api.ask("GET", path)).body
    put = await api.ask("PUT", path, scale | {"spec": {"replicas": 3}})
    assert (put.status, put.body["spec"]) == (200, {"replicas": 3}) and await replicas(api) == (3, 2)
    patched = await patch(api, DEPLOYMENT, "a", {"spec": {"replicas": 0}}, subresource="scale")
    assert patched.status == 200 and await replicas(api) == (0, 3)
    told(await api.ask("PUT", path, scale | {"spec": {"replicas": 5}}), 409, "Conflict")
    assert await replicas(api) == (0, 3)


async def test_fewer_than_none_is_invalid(api: Api, path: str) -> None:
    answer = await patch(api, DEPLOYMENT, "a", {"spec": {"replicas": -1}}, subresource="scale")
    assert causes(answer, 422, "Invalid") == {("FieldValueInvalid", "spec.replicas")}
    assert await replicas(api) == (1, 1)


async def test_what_is_not_there_has_no_scale(api: Api) -> None:
    told(await api.ask("GET", api.path(DEPLOYMENT, "none", subresource="scale")), 404, "NotFound")
    assert (await api.ask("GET", api.path("ConfigMap", "a", subresource="scale"))).status == 404

"""One kind in several versions: written in one, read, watched, patched and applied in the others."""

from typing import Any

import pytest
from apis import Api
from apiservers import VIRTUAL_SERVICE, virtual_service
from contracts import patch, told, version_of, watching

GROUP = "networking.istio.io"
VERSIONS = ("v1", "v1beta1", "v1alpha3")
EACH = pytest.mark.parametrize("version", VERSIONS)


def wanted(api: Api, version: str, weight: int = 100) -> dict[str, Any]:
    head = {"apiVersion": f"{GROUP}/{version}", "metadata": {"name": "a", "namespace": api.namespace}}
    return virtual_service("a", weight) | head


async def create(api: Api, version: str) -> dict[str, Any]:
    answer = await api.ask("POST", api.path(VIRTUAL_SERVICE, version=version), wanted(api, version))
    assert answer.status == 201, answer.body
    body: dict[str, Any] = answer.body
    return body


@EACH
async def test_what_is_written_in_one_version_is_read_in_all(api: Api, version: str) -> None:
    created = await create(api, version)
    assert created["apiVersion"] == f"{GROUP}/{version}"
    for other in VERSIONS:
        one = (await api.ask("GET", api.path(VIRTUAL_SERVICE, "a", version=other))).body
        assert one == created | {"apiVersion": f"{GROUP}/{other}"}
        many = (await api.ask("GET", api.path(VIRTUAL_SERVICE, version=other))).body
        assert many["apiVersion"] == f"{GROUP}/{other}"
        assert [item["apiVersion"] for item in many["items"]] == [f"{GROUP}/{other}"]


@EACH
async def test_a_watch_tells_in_its_own_version(api: Api, version: str) -> None:
    begin = version_of((await api.ask("GET", api.path(VIRTUAL_SERVICE))).body)
    created = await create(api, "v1beta1")
    async with watching(api, VIRTUAL_SERVICE, version=version, resourceVersion=begin) as watch:
        event, raw = await watch.event()
    assert (event, raw) == ("ADDED", created | {"apiVersion": f"{GROUP}/{version}"})


@EACH
async def test_a_patch_in_another_version_keeps_everything(api: Api, version: str) -> None:
    created = await create(api, "v1")
    body = {"metadata": {"labels": {"l": "v"}}}
    patched = (await patch(api, VIRTUAL_SERVICE, "a", body, version=version)).body
    assert patched["apiVersion"] == f"{GROUP}/{version}" and patched["spec"] == created["spec"]
    assert patched["metadata"]["generation"] == 1
    stale = {"metadata": {"resourceVersion": version_of(created)}}
    told(await patch(api, VIRTUAL_SERVICE, "a", stale, version=version), 409, "Conflict")


async def test_an_applier_stays_itself_in_another_version(api: Api) -> None:
    first = wanted(api, "v1")
    first["spec"]["gateways"] = ["mesh"]
    await patch(api, VIRTUAL_SERVICE, "a", first, "apply", version="v1", fieldManager="one")
    answer = await patch(
        api, VIRTUAL_SERVICE, "a", wanted(api, "v1beta1", 50), "apply", version="v1beta1", fieldManager="one"
    )
    assert answer.status == 200, answer.body
    assert "gateways" not in answer.body["spec"]
    (entry,) = [each for each in answer.body["metadata"]["managedFields"] if each["manager"] == "one"]
    assert entry["apiVersion"] == f"{GROUP}/v1beta1"
    conflict = await patch(api, VIRTUAL_SERVICE, "a", wanted(api, "v1", 10), "apply", version="v1", fieldManager="two")
    assert conflict.status == 409


async def test_an_object_says_the_version_it_is_sent_to(api: Api) -> None:
    answer = await api.ask("POST", api.path(VIRTUAL_SERVICE, version="v1"), wanted(api, "v1beta1"))
    told(answer, 400, "BadRequest")


async def test_a_version_that_is_not_served_is_not_found(api: Api) -> None:
    assert (await api.ask("GET", f"/apis/{GROUP}/v2/virtualservices")).status == 404

import asyncio

import pytest
from apiservers import (
    CONFIG_MAP,
    DEPLOYMENT,
    POD,
    VIRTUAL_SERVICE,
    Served,
    ask,
    config_map,
    default,
    deployment,
    pod,
    virtual_service,
)

from lateen.base.refs import Key
from lateen.kinds.all import by_kind
from lateen.sources.client import ApiError


async def test_create_get_replace_patch_delete(server: Served) -> None:
    async with server.client() as client:
        made = await client.create(CONFIG_MAP, config_map("c", {"a": "1"}))
        assert await client.get(CONFIG_MAP, default("c")) == made
        replaced = await client.replace(CONFIG_MAP, made | {"data": {"a": "2"}})
        with pytest.raises(ApiError) as refused:
            await client.replace(CONFIG_MAP, made | {"data": {"a": "3"}})
        assert refused.value.code == 409 and replaced["data"] == {"a": "2"}
        patched = await client.patch(CONFIG_MAP, default("c"), {"data": {"b": "4"}})
        assert patched["data"] == {"a": "2", "b": "4"}
        assert (await client.delete(CONFIG_MAP, default("c")))["status"] == "Success"
        with pytest.raises(ApiError) as refused:
            await client.get(CONFIG_MAP, default("c"))
        assert refused.value.code == 404


async def test_a_json_patch_at_a_missing_path_is_a_422_and_changes_nothing(server: Served) -> None:
    async with server.client() as client:
        made = await client.create(VIRTUAL_SERVICE, virtual_service("v"))
        path = "/spec/http/3/route/0/weight"
        with pytest.raises(ApiError) as refused:
            await client.patch(VIRTUAL_SERVICE, default("v"), [{"op": "replace", "path": path, "value": 1}], "json")
        assert refused.value.code == 422 and path in str(refused.value)
        assert await client.get(VIRTUAL_SERVICE, default("v")) == made


async def test_an_invalid_object_is_a_422_with_causes(server: Served) -> None:
    raw = virtual_service("v")
    raw["spec"]["http"][0]["route"][0]["weight"] = "x"
    async with server.client() as client:
        with pytest.raises(ApiError) as refused:
            await client.create(VIRTUAL_SERVICE, raw)
    assert refused.value.code == 422
    assert refused.value.details["causes"][0]["field"] == "spec.http[0].route[0].weight"


async def test_versions_of_a_kind_are_one_object(server: Served) -> None:
    async with server.client() as client:
        await client.create(VIRTUAL_SERVICE, virtual_service("v") | {"apiVersion": "networking.istio.io/v1alpha3"})
    place = "/apis/networking.istio.io/{}/namespaces/default/virtualservices/v"
    for version in ("v1", "v1beta1", "v1alpha3"):
        _, raw = await ask(server, "GET", place.format(version))
        assert raw["apiVersion"] == f"networking.istio.io/{version}"


async def test_server_side_apply(server: Served) -> None:
    async with server.client() as client:
        raw, created = await client.apply(DEPLOYMENT, deployment("d"), "one")
        assert created and raw["metadata"]["generation"] == 1
        raw, created = await client.apply(DEPLOYMENT, deployment("d", "main:2"), "one")
        assert not created and raw["metadata"]["generation"] == 2
        with pytest.raises(ApiError) as refused:
            await client.apply(DEPLOYMENT, deployment("d", "main:3"), "two")
        assert refused.value.code == 409 and 'conflict with "one"' in str(refused.value)
        raw, _ = await client.apply(DEPLOYMENT, deployment("d", "main:3"), "two", force=True)
        assert raw["spec"]["template"]["spec"]["containers"][0]["image"] == "main:3"


async def test_lists_select_and_page(server: Served) -> None:
    async with server.client() as client:
        for number in range(5):
            await client.create(CONFIG_MAP, config_map(f"c{number}", labels={"odd": str(number % 2)}))
        items, version = await client.list(CONFIG_MAP, "default", label_selector="odd=1")
        assert [item["metadata"]["name"] for item in items] == ["c1", "c3"] and version
        assert items[0]["kind"] == "ConfigMap"
    _, answer = await ask(server, "GET", "/api/v1/configmaps?limit=2&fieldSelector=metadata.namespace=default")
    assert len(answer["items"]) == 2 and answer["metadata"]["continue"]


async def test_a_collection_is_deleted_by_selection(server: Served) -> None:
    async with server.client() as client:
        for number in range(4):
            await client.create(CONFIG_MAP, config_map(f"c{number}", labels={"odd": str(number % 2)}))
        status, _ = await ask(server, "DELETE", "/api/v1/namespaces/default/configmaps?labelSelector=odd=1")
        assert status == 200
        assert [item["metadata"]["name"] for item in (await client.list(CONFIG_MAP)).items] == ["c0", "c2"]


async def test_cascades_follow_a_deletion(server: Served) -> None:
    async with server.client() as client:
        uid = (await client.create(DEPLOYMENT, deployment("d")))["metadata"]["uid"]
        owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d", "uid": uid}
        raw = pod("p", ownerReferences=[owner])
        await client.create(POD, raw)
        await client.delete(DEPLOYMENT, default("d"))
        async with asyncio.timeout(5):
            while "deletionTimestamp" not in (await client.get(POD, default("p")))["metadata"]:
                await asyncio.sleep(0.01)
        await client.delete(POD, default("p"), grace_seconds=0)


async def test_a_namespace_is_gone_soon_after_its_deletion(server: Served) -> None:
    async with server.client() as client:
        kind = by_kind("Namespace")
        await client.create(kind, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}})
        await client.create(CONFIG_MAP, config_map("c", namespace="n"))
        await client.delete(kind, Key("", "n"))
        async with asyncio.timeout(5):
            while any(item["metadata"]["name"] == "n" for item in (await client.list(kind)).items):
                await asyncio.sleep(0.01)

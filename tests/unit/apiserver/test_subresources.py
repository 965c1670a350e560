import pytest
from apiservers import (
    CONFIG_MAP,
    DEPLOYMENT,
    VIRTUAL_SERVICE,
    Served,
    ask,
    config_map,
    default,
    deployment,
    virtual_service,
)

from lateen.sources.client import ApiError


async def test_status_and_scale_are_their_own(server: Served) -> None:
    async with server.client() as client:
        made = await client.create(DEPLOYMENT, deployment("d"))
        after = await client.update_status(DEPLOYMENT, made | {"status": {"readyReplicas": 1}, "spec": {}})
        assert after["status"] == {"readyReplicas": 1} and after["spec"] == made["spec"]
        await client.patch(DEPLOYMENT, default("d"), {"spec": {"replicas": 4}}, subresource="scale")
        assert (await client.get(DEPLOYMENT, default("d")))["spec"]["replicas"] == 4
        patched = await client.patch(DEPLOYMENT, default("d"), {"status": {"replicas": 4}}, subresource="status")
        assert patched["status"] == {"readyReplicas": 1, "replicas": 4}
    status, scale = await ask(server, "GET", "/apis/apps/v1/namespaces/default/deployments/d/scale")
    assert status == 200 and scale["status"] == {"replicas": 4, "selector": "app=d"}


async def test_a_status_is_replaced_in_any_version_and_needs_an_object(server: Served) -> None:
    async with server.client() as client:
        raw = virtual_service("v") | {"apiVersion": "networking.istio.io/v1beta1"}
        with pytest.raises(ApiError) as refused:
            await client.update_status(VIRTUAL_SERVICE, raw)
        assert refused.value.code == 404
        await client.create(VIRTUAL_SERVICE, raw)
        after = await client.update_status(VIRTUAL_SERVICE, raw | {"status": {"observedGeneration": "1"}})
        assert after["status"] == {"observedGeneration": "1"} and after["apiVersion"] == raw["apiVersion"]


async def test_a_subresource_that_a_kind_does_not_have_is_a_404(server: Served) -> None:
    async with server.client() as client:
        await client.create(CONFIG_MAP, config_map("c"))
        for part in ("status", "scale", "log", "token"):
            assert (await ask(server, "GET", f"/api/v1/namespaces/default/configmaps/c/{part}"))[0] == 404

import asyncio
from pathlib import Path

import pytest
from apiservers import CONFIG_MAP, VIRTUAL_SERVICE, config_map, default, served, virtual_service

from lateen.apiserver.credentials import write_kubeconfig
from lateen.sources.client import ApiError, Client


async def test_a_kubeconfig_is_all_it_takes(tmp_path: Path) -> None:
    async with served(tmp_path) as server:
        write_kubeconfig(tmp_path / "kubeconfig", server.url, server.credentials)
        async with Client.from_kubeconfig(tmp_path / "kubeconfig") as client:
            assert (await client.request("GET", "/version"))["gitVersion"]
            assert await client.request("GET", "/healthz") == "ok"


async def test_a_list_is_whole_whatever_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lateen.sources.client.PAGE", 3)
    async with served(tmp_path) as server, server.client() as client:
        for number in range(8):
            await client.create(CONFIG_MAP, config_map(f"c{number}"))
        items, version = await client.list(CONFIG_MAP)
        assert [item["metadata"]["name"] for item in items] == [f"c{number}" for number in range(8)]
        assert version == items[-1]["metadata"]["resourceVersion"]


async def test_a_watch_yields_what_came_after_a_version(tmp_path: Path) -> None:
    async with served(tmp_path) as server, server.client() as client:
        version = (await client.list(CONFIG_MAP)).resource_version
        await client.create(CONFIG_MAP, config_map("c", {"large": "x" * 500_000}))
        async with asyncio.timeout(10):
            async for event in client.watch(CONFIG_MAP, version):
                assert event.type == "ADDED" and len(event.object["data"]["large"]) == 500_000
                break


async def test_refusals_carry_code_reason_and_details(tmp_path: Path) -> None:
    async with served(tmp_path) as server, server.client() as client:
        with pytest.raises(ApiError) as refused:
            await client.get(CONFIG_MAP, default("none"))
        assert (refused.value.code, refused.value.reason) == (404, "NotFound")
        assert refused.value.details["name"] == "none"
        async with Client(server.url, token="wrong") as stranger:
            with pytest.raises(ApiError) as refused:
                await stranger.list(CONFIG_MAP)
            assert refused.value.code == 401


async def test_an_object_is_sent_in_its_own_version(tmp_path: Path) -> None:
    async with served(tmp_path) as server, server.client() as client:
        raw = virtual_service("v") | {"apiVersion": "networking.istio.io/v1beta1"}
        assert (await client.create(VIRTUAL_SERVICE, raw))["apiVersion"] == "networking.istio.io/v1beta1"
        assert (await client.apply(VIRTUAL_SERVICE, raw, force=True))[1] is False

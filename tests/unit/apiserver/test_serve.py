import asyncio
import socket
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from apiservers import CONFIG_MAP, POD, WRITE, config_map, default, pod, served

from lateen.apiserver.credentials import ADMIN, load_credentials
from lateen.apiserver.serve import ApiServerSettings, Endpoint, apiserver, run_apiserver
from lateen.base.errors import LateenError
from lateen.kinds.spec import KindSpec
from lateen.sources.client import Client


async def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    async with served(tmp_path) as first:
        made = first.objects.create(CONFIG_MAP, "default", config_map("c"), WRITE)
    async with served(tmp_path) as second, second.client() as client:
        assert await client.get(CONFIG_MAP, default("c")) == made


async def test_tls_is_a_matter_of_the_socket(tmp_path: Path) -> None:
    credentials = load_credentials(tmp_path / "pki", node="n")
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    plain, secure = (listening.getsockname()[1] for listening in sockets)
    settings = ApiServerSettings(tmp_path / "api.db", credentials)
    async with apiserver(settings, [Endpoint(sockets[0]), Endpoint(sockets[1], credentials.server_tls())]):
        token = credentials.tokens[ADMIN]
        async with Client(f"http://127.0.0.1:{plain}", token=token) as one:
            assert (await one.request("GET", "/version"))["major"] == "1"
        async with Client(f"https://127.0.0.1:{secure}", token=token, ssl=credentials.client_tls()) as two:
            assert (await two.request("GET", "/version"))["major"] == "1"
        async with Client(f"https://127.0.0.1:{secure}", token=token) as stranger:
            with pytest.raises(aiohttp.ClientError):
                await stranger.request("GET", "/version")


async def test_it_runs_until_told_to_stop(tmp_path: Path) -> None:
    credentials = load_credentials(tmp_path / "pki", node="n")
    stop = asyncio.Event()
    stop.set()
    settings = ApiServerSettings(tmp_path / "api.db", credentials)
    await asyncio.wait_for(run_apiserver(settings, [Endpoint(socket.create_server(("127.0.0.1", 0)))], stop=stop), 10)


async def test_open_watches_do_not_hold_up_the_end(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as clients:
        async with served(tmp_path) as server:
            client = await clients.enter_async_context(server.client())
            watch = client.watch(CONFIG_MAP, "0")
            reading = asyncio.ensure_future(anext(watch))
            await asyncio.sleep(0.1)
            started = loop.time()
        assert loop.time() - started < 1
        with pytest.raises((aiohttp.ClientError, StopAsyncIteration)):
            await asyncio.wait_for(reading, 5)


async def test_a_database_in_use_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "api.db").mkdir()
    with pytest.raises(LateenError):
        async with served(tmp_path):
            pass


async def test_containers_that_an_admission_adds_get_the_token_too(tmp_path: Path) -> None:
    def inject(operation: str, kind: KindSpec, raw: dict[str, Any], lookup: object) -> dict[str, Any]:
        if kind != POD:
            return raw
        added = {"name": "proxy", "image": "proxy:1"}
        return raw | {"spec": raw["spec"] | {"containers": [*raw["spec"]["containers"], added]}}

    async with served(tmp_path, admissions=(inject,)) as server:
        spec = server.objects.create(POD, "default", pod("p"), WRITE)["spec"]
    main, proxy = (container["volumeMounts"] for container in spec["containers"])
    assert main == proxy and len(spec["volumes"]) == 1


async def test_namespaces_have_the_authority_where_pods_run(tmp_path: Path) -> None:
    async with served(tmp_path, advertise=("10.244.0.1", 6443)) as server:
        found = server.objects.get(CONFIG_MAP, default("kube-root-ca.crt"))
        assert found["data"]["ca.crt"] == server.credentials.ca_file.read_text()

"""The debug socket is private, answers in JSON, and says what is wrong with a question."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from lateen.server.debug import DebugServer, Windows


class Plane:
    """What a control plane would answer."""

    missing = ""

    async def caught_up(self, kind: str, version: str) -> bool:
        return (kind, version) == ("Service", "7")

    async def gone(self, address: str) -> bool:
        return address == "10.244.0.5"

    def windows(self) -> Windows:
        return Windows(
            ready=lambda: self.missing,
            graph=lambda: {"Service": ["clusters"]},
            syncz=lambda: [{"proxy": "a.b"}],
            authority=lambda: {"late": []},
            configz=list,
            ndsz=lambda proxy: {"a.b": {"table": {}}}[proxy],
            plan=lambda proxy: {"a.b": {"listeners": []}}[proxy],
            resources=lambda proxy: {"proxy": proxy, "path": Path("/x")},
            session=lambda proxy: [],
            caught_up=self.caught_up,
            gone=self.gone,
            why=lambda proxy, resource: {"proxy": proxy, "resource": resource},
            explain_host=lambda proxy, host: {"proxy": proxy, "host": host},
            tls_check=lambda proxy, host: [proxy, host],
            strictness=lambda namespace: {"namespace": namespace},
            bootstrap=lambda node: [node],
        )


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[tuple[Plane, Any]]:
    plane, path = Plane(), tmp_path / "istiod.sock"
    server = DebugServer(plane.windows(), path)
    await server.start()
    assert path.stat().st_mode & 0o777 == 0o600
    async with aiohttp.ClientSession("http://debug", connector=aiohttp.UnixConnector(str(path))) as client:

        async def ask(url: str) -> tuple[int, Any]:
            async with client.get(url) as response:
                return response.status, json.loads(await response.read())

        yield plane, ask
    await server.stop()
    assert not path.exists()


async def test_windows_answer(plane: tuple[Plane, Any]) -> None:
    _, ask = plane
    assert await ask("/debug/graph") == (200, {"Service": ["clusters"]})
    assert await ask("/debug/syncz") == (200, [{"proxy": "a.b"}])
    assert await ask("/debug/configz") == (200, [])
    assert await ask("/debug/proxy/a.b/plan") == (200, {"listeners": []})
    assert await ask("/debug/proxy/sidecar~1~a.b~c/resources") == (
        200,
        {"proxy": "sidecar~1~a.b~c", "path": "/x"},
    )
    assert await ask("/debug/ndsz?proxyID=a.b") == (200, {"table": {}})
    assert (await ask("/debug/ndsz"))[0] == 400
    assert await ask("/debug/why?proxy=a.b&resource=CDS/x") == (200, {"proxy": "a.b", "resource": "CDS/x"})


async def test_waits_are_answered(plane: tuple[Plane, Any]) -> None:
    _, ask = plane
    assert await ask("/debug/caught-up?kind=Service&version=7") == (200, {"caught_up": True})
    assert await ask("/debug/caught-up?kind=Service&version=8") == (200, {"caught_up": False})
    assert await ask("/debug/gone?address=10.244.0.5") == (200, {"gone": True})


async def test_unknown_proxy_is_not_found(plane: tuple[Plane, Any]) -> None:
    _, ask = plane
    assert await ask("/debug/proxy/nobody/plan") == (404, {"error": "nothing here is named 'nobody'"})


async def test_incomplete_question_is_explained(plane: tuple[Plane, Any]) -> None:
    _, ask = plane
    assert await ask("/debug/explain/host?proxy=a.b&host=c") == (200, {"proxy": "a.b", "host": "c"})
    assert (await ask("/debug/explain/host?proxy=a.b"))[0] == 400
    assert await ask("/debug/tls-check?proxy=a.b") == (200, ["a.b", ""])
    assert (await ask("/debug/tls-check"))[0] == 400
    assert await ask("/debug/strictness?namespace=n") == (200, {"namespace": "n"})
    status, answer = await ask("/debug/why?proxy=a")
    assert status == 400 and "resource=" in answer["fix"]


async def test_readiness_says_what_is_missing(plane: tuple[Plane, Any]) -> None:
    what, ask = plane
    assert await ask("/ready") == (200, {"ready": True, "missing": ""})
    what.missing = "services not listed yet"
    assert await ask("/ready") == (503, {"ready": False, "missing": "services not listed yet"})


async def test_socket_of_an_earlier_process_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "s.sock"
    left = DebugServer(Plane().windows(), path)
    await left.start()
    server = DebugServer(Plane().windows(), path)
    await server.start()
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(b"GET /ready HTTP/1.0\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.0 200")
    writer.close()
    await server.stop()
    await left.stop()

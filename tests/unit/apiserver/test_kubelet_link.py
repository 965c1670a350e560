from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from apiservers import POD, WRITE, Served, pod, served

from lateen.apiserver.credentials import ADMIN
from lateen.apiserver.kubelet_link import check_container, default_container, first_port
from lateen.apiserver.status import Refusal


async def _echo(request: web.Request) -> web.StreamResponse:
    """A node that answers with what it was asked, in two chunks."""
    response = web.StreamResponse(
        status=203, headers={"X-Seen": request.rel_url.raw_path_qs, "X-Method": request.method}
    )
    response.headers["X-Authorization"] = request.headers.get("Authorization", "none")
    await response.prepare(request)
    await response.write(b"first\n")
    await response.write(await request.read() or b"second\n")
    return response


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Served]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", _echo)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.UnixSite(runner, str(tmp_path / "kubelet.sock")).start()
    async with served(tmp_path, kubelet_socket=tmp_path / "kubelet.sock") as running:
        running.objects.create(POD, "default", pod("a"), WRITE)
        yield running
    await runner.cleanup()


async def ask(server: Served, path: str, method: str = "GET", **options: Any) -> tuple[aiohttp.ClientResponse, str]:
    headers = {"Authorization": f"Bearer {server.credentials.tokens[ADMIN].reveal().decode()}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        url = f"{server.url}/api/v1/namespaces/default/pods/{path}"
        async with session.request(method, url, **options) as answer:
            return answer, await answer.text()


async def test_a_log_is_the_nodes_answer_streamed(node: Served) -> None:
    answer, text = await ask(node, "a/log?tailLines=5&follow=true")
    assert answer.status == 203 and text == "first\nsecond\n"
    assert answer.headers["X-Seen"] == "/containerLogs/default/a/main?tailLines=5&follow=true"
    assert answer.headers["X-Authorization"] == "none"


async def test_a_proxied_request_keeps_method_path_query_and_body(node: Served) -> None:
    answer, text = await ask(node, "a:9090/proxy/x/y?z=1", "POST", data=b"body")
    assert answer.headers["X-Seen"] == "/proxy/default/a/9090/x/y?z=1" and answer.headers["X-Method"] == "POST"
    assert text == "first\nbody"
    assert (await ask(node, "http:a:http/proxy/"))[0].headers["X-Seen"] == "/proxy/default/a/http/"
    assert (await ask(node, "a/proxy/"))[0].headers["X-Seen"] == "/proxy/default/a/8080/"


async def test_a_missing_pod_container_or_node_is_said(node: Served, tmp_path: Path) -> None:
    assert (await ask(node, "none/log"))[0].status == 404
    answer, text = await ask(node, "a/log?container=nope")
    assert answer.status == 400 and "container nope is not valid for pod a" in text
    (tmp_path / "kubelet.sock").unlink()
    async with served(tmp_path / "alone") as alone:
        alone.objects.create(POD, "default", pod("a"), WRITE)
        assert (await ask(alone, "a/log"))[0].status == 503


def test_the_container_that_is_meant() -> None:
    raw = pod("a")
    assert default_container(raw) == "main" and first_port(raw) == "8080"
    raw["spec"]["initContainers"] = [{"name": "istio-proxy"}]
    assert default_container(raw) == "main"
    raw["spec"]["containers"].append({"name": "other"})
    with pytest.raises(Refusal, match=r"choose one of: \[main other\] or one of the init containers: \[istio-proxy\]"):
        default_container(raw)
    raw["metadata"]["annotations"] = {"kubectl.kubernetes.io/default-container": "other"}
    assert default_container(raw) == "other"
    check_container(raw, "istio-proxy")
    with pytest.raises(Refusal, match="declares no port"):
        first_port({"metadata": {"name": "a"}, "spec": {"containers": [{}]}})

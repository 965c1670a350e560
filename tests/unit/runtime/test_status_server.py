"""An agent's port 15020, with an application beside it on loopback."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from lateen.base.errors import LateenError
from lateen.runtime.status_server import StatusServer, here

Asker = TestClient[web.Request, web.Application]


@pytest.fixture
async def application() -> AsyncIterator[TestServer]:
    """Well at /ok, ill elsewhere; says who asked."""

    async def answer(request: web.Request) -> web.Response:
        assert request.remote == "127.0.0.6"
        return web.Response(status=200 if request.path in ("/ok", "/metrics") else 503, text="of_the_application 1\n")

    app = web.Application()
    app.router.add_get("/{rest:.*}", answer)
    async with TestServer(app) as server:
        yield server


@asynccontextmanager
async def agent(**env: object) -> AsyncIterator[Asker]:
    inside = here("127.0.0.1")
    server = StatusServer(inside, "sidecar", {name: json.dumps(value) for name, value in env.items()}, 1)
    async with TestClient(TestServer(server.app())) as asker:
        yield asker
    await inside.close()


async def test_applications_are_asked_past_their_proxy(application: TestServer) -> None:
    port = application.port
    probes = {
        "/app-health/a/readyz": {"httpGet": {"port": port, "path": "/ok"}},
        "/app-health/a/livez": {"httpGet": {"port": port, "path": "/ill"}},
        "/app-health/a/startupz": {"tcpSocket": {"port": port}},
        "/app-health/b/readyz": {"tcpSocket": {"port": 1}, "timeoutSeconds": 1},
    }
    async with agent(ISTIO_KUBE_APP_PROBERS=probes) as asker:
        statuses = [(await asker.get(path)).status for path in probes]
        assert statuses == [200, 500, 200, 500]
        assert (await asker.get("/app-health/c/readyz")).status == 404


async def test_an_applications_metrics_come_even_where_the_proxy_does_not_answer(application: TestServer) -> None:
    scraped = {"port": str(application.port), "path": "/metrics", "scrape": "true"}
    async with agent(ISTIO_PROMETHEUS_ANNOTATIONS=scraped) as asker:
        answer = await asker.get("/stats/prometheus")
        assert (answer.status, await answer.text()) == (200, "of_the_application 1\n")


def test_what_is_no_json_is_refused_by_its_name(application: TestServer) -> None:
    with pytest.raises(LateenError, match="ISTIO_KUBE_APP_PROBERS"):
        StatusServer(here("127.0.0.1"), "sidecar", {"ISTIO_KUBE_APP_PROBERS": "{"}, 1)

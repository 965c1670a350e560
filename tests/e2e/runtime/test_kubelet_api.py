import aiohttp
import pytest
from apiservers import POD

from lateen.base.refs import Key
from lateen.runtime.controllers.pods import ready
from lateen.runtime.kubelet_api import serve_kubelet

WEB = Key("default", "web")


@pytest.fixture
async def window(cluster, tmp_path):
    """The kubelet's socket, and a running pod `web` whose server has said `serving`."""
    runner = await serve_kubelet(cluster.kubelet, cluster.machine, tmp_path / "kubelet.sock")
    container = {
        "name": "server",
        "image": "server",
        "ports": [{"name": "web", "containerPort": 8080}],
        "readinessProbe": {"tcpSocket": {"port": "web"}},
    }
    metadata = {"name": "web", "namespace": "default", "labels": {"app": "web"}}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [container]}}
    await cluster.admin.create(POD, pod)
    await cluster.until(lambda: [pod for pod in cluster.pods("web") if ready(pod)], "a ready pod")
    connector = aiohttp.UnixConnector(str(tmp_path / "kubelet.sock"))
    async with aiohttp.ClientSession("http://node", connector=connector) as session:
        yield session
    await runner.cleanup()


async def get(session, path, **query):
    async with session.get(path, params=query) as answer:
        return answer.status, await answer.text()


async def test_socket_is_for_its_owner_alone(window, tmp_path):
    assert (tmp_path / "kubelet.sock").stat().st_mode & 0o777 == 0o600


async def test_logs_of_a_container(window, cluster):
    logs = "/containerLogs/default/web/server"
    assert await get(window, logs) == (200, "serving\n")
    assert await get(window, logs, tailLines="0") == (200, "")
    status, text = await get(window, logs, timestamps="true")
    assert text.endswith("Z serving\n")
    status, text = await get(window, logs, previous="true")
    assert (status, "previous run" in text) == (400, True)
    assert (await get(window, logs, tailLines="many"))[0] == 400
    assert await cluster.admin.request("GET", "/api/v1/namespaces/default/pods/web/log") == "serving\n"


async def test_unknown_pods_and_containers_are_told(window):
    assert (await get(window, "/containerLogs/default/none/server"))[0] == 404
    status, text = await get(window, "/containerLogs/default/web/none")
    assert (status, "it has server" in text) == (404, True)


async def test_logs_are_followed_until_the_container_ends(window, cluster):
    async with window.get("/containerLogs/default/web/server", params={"follow": "true"}) as answer:
        assert await answer.content.readline() == b"serving\n"
        worker = cluster.kubelet.pod(WEB)
        await worker.container("server").stop(0)
        assert await answer.content.read() == b""


@pytest.mark.parametrize("port", ["8080", "web"])
async def test_requests_reach_the_pods_port_from_inside(window, port):
    assert await get(window, f"/proxy/default/web/{port}/any/path?x=%2F") == (200, "web")


async def test_closed_ports_and_unknown_names_are_told(window):
    assert (await get(window, "/proxy/default/web/81/"))[0] == 502
    assert (await get(window, "/proxy/default/web/none/"))[0] == 404


async def test_requests_through_the_api_server(window, cluster):
    path = "/api/v1/namespaces/default/pods/web:8080/proxy/"
    assert await cluster.admin.request("GET", path) == "web"

import pytest

from lateen.runtime.probes import Target, Timing, probe


@pytest.fixture
def target(inside):
    async def execute(argv):
        return {"true": 0, "false": 1}[argv[0]]

    return Target({"ports": [{"name": "web", "containerPort": 8080}]}, lambda: inside, execute)


def test_timing_has_kubernetes_defaults():
    assert Timing.of({}) == Timing(0, 10, 1, 1, 3)
    assert Timing.of({"periodSeconds": 2, "failureThreshold": 9}) == Timing(0, 2, 1, 1, 9)


@pytest.mark.parametrize(("status", "good"), [(200, True), (302, True), (404, False), (503, False)])
async def test_http_succeeds_from_200_to_399(target, http_server, status, good):
    wrong = await probe({"httpGet": {"port": http_server.port, "path": f"/{status}"}}, target)
    assert wrong == ("" if good else f"HTTP status {status}")


async def test_http_sends_the_headers_asked_for(target, http_server):
    headers = [{"name": "X-Probe", "value": "yes"}]
    assert await probe({"httpGet": {"port": http_server.port, "httpHeaders": headers}}, target) == ""
    assert "X-Probe: yes" in http_server.seen[0]


async def test_http_that_does_not_answer_is_given_up(target, http_server):
    spec = {"httpGet": {"port": http_server.port, "path": "/hang"}, "timeoutSeconds": 0.05}
    assert "no answer within 0.05 s" in await probe(spec, target)


async def test_tcp_connects(target, http_server):
    assert await probe({"tcpSocket": {"port": http_server.port}}, target) == ""
    assert await probe({"tcpSocket": {"port": 1}}, target) != ""


async def test_command_succeeds_with_code_zero(target):
    assert await probe({"exec": {"command": ["true"]}}, target) == ""
    assert await probe({"exec": {"command": ["false"]}}, target) == "the command ended with 1"


async def test_named_port_is_the_containers(target):
    assert target.port("web") == 8080
    assert target.port("80") == 80
    assert "no port named 'none'" in await probe({"tcpSocket": {"port": "none"}}, target)


async def test_pod_without_network_fails_its_probes():
    async def execute(argv):
        return 0

    assert "no network" in await probe({"tcpSocket": {"port": 1}}, Target({}, lambda: None, execute))


async def test_probe_of_no_kind_says_so(target):
    assert "neither httpGet" in await probe({}, target)

import asyncio

import dns.message
import pytest
from apiservers import POD, SERVICE

from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn
from lateen.runtime.controllers.pods import ready
from lateen.runtime.dns import DnsServer
from lateen.runtime.feeds import NetworkFeed, endpoint_of
from lateen.runtime.resolvers import machine_resolvers
from lateen.runtime.services import ServiceRules
from lateen.runtime.zone import Zone

WEB = Key("default", "web")


@pytest.fixture
async def names(cluster, network):
    """The DNS server that the feed keeps; the rules are those of the node namespace."""
    made = DnsServer(Zone.of(), machine_resolvers(network.host))
    task = spawn(NetworkFeed(cluster.mirror, ServiceRules(network.path), made).run(), name="feed")
    spec = {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]}
    metadata = {"name": "web", "namespace": "default"}
    await cluster.admin.create(SERVICE, {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec})
    for name in ("web-1", "web-2"):
        container = {"name": "server", "image": "server", "readinessProbe": {"tcpSocket": {"port": 8080}}}
        metadata = {"name": name, "namespace": "default", "labels": {"app": "web"}}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [container]}}
        await cluster.admin.create(POD, pod)
    await cluster.until(lambda: len([pod for pod in cluster.pods("web") if ready(pod)]) == 2, "ready pods")
    yield made
    await cancel(task)


async def addresses(names, name):
    wire = await names.answer(dns.message.make_query(name, "A").to_wire(), 512)
    return [record.address for rrset in dns.message.from_wire(wire).answer for record in rrset]


async def test_name_leads_to_the_service_and_the_service_to_its_pods(cluster, names):
    address = cluster.mirror.get("Service", WEB)["spec"]["clusterIP"]
    assert await addresses(names, "web.default.svc.cluster.local") == [address]
    inside = cluster.kubelet.pod(Key("default", "web-1")).home.inside
    seen = set()
    async with asyncio.timeout(20):
        while seen != {"web-1", "web-2"}:
            try:
                seen.add((await inside.http("GET", f"http://{address}/", seconds=5))[1])
            except OSError:
                await asyncio.sleep(0)  # the rules are on their way


async def test_published_port_finds_its_endpoints_in_turn(cluster, names):
    target = endpoint_of(cluster.mirror, WEB, 80)
    ips = sorted(pod["status"]["podIP"] for pod in cluster.pods("web"))
    await cluster.until(lambda: sorted({target(), target()}) == [(ip, 8080) for ip in ips], "both endpoints")
    assert endpoint_of(cluster.mirror, WEB, 8080)() in [(ip, 8080) for ip in ips]
    assert endpoint_of(cluster.mirror, WEB, 81)() is None
    assert endpoint_of(cluster.mirror, Key("default", "none"), 80)() is None

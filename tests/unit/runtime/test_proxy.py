from pathlib import Path

import pytest

from lateen.base.clock import SystemClock
from lateen.runtime import proxy
from lateen.runtime.proxy import ProxySettings, active_requests, drain, is_proxy, proxy_facts

SETTINGS = ProxySettings(envoy=Path("/bin/envoy"))
POD = {
    "metadata": {"name": "web-1", "namespace": "shop", "uid": "u", "labels": {"app": "web"}},
    "spec": {
        "nodeName": "local",
        "serviceAccountName": "web",
        "containers": [{"name": "web"}, {"name": "istio-proxy"}],
    },
    "status": {"podIP": "10.244.0.9"},
}
CONTAINER = {"name": "istio-proxy", "args": ["proxy", "sidecar", "--proxyLogLevel=debug"]}


@pytest.mark.parametrize(
    ("name", "image", "wanted"),
    [
        ("istio-proxy", "auto", True),
        ("istio-proxy", "docker.io/istio/proxyv2:1.29", True),
        ("istio-proxy", "mine:1", False),
        ("web", "docker.io/istio/proxyv2:1.29", False),
    ],
)
def test_proxy_is_known_by_name_and_image(name, image, wanted):
    assert is_proxy({"name": name, "image": image}) is wanted


def test_facts_come_from_the_pod_and_from_what_injection_wrote():
    env = {
        "ISTIO_META_WORKLOAD_NAME": "web",
        "ISTIO_META_OWNER": "kubernetes://x",
        "ISTIO_META_MESH_ID": "mesh",
        "PROXY_CONFIG": '{"concurrency": 4}',
    }
    facts = proxy_facts(POD, CONTAINER, env, SETTINGS)
    assert facts.node_id == "sidecar~10.244.0.9~web-1.shop~shop.svc.cluster.local"
    assert (facts.workload_name, facts.owner, facts.mesh_id) == ("web", "kubernetes://x", "mesh")
    assert facts.app_containers == ("web",)
    assert facts.proxy_config == {"concurrency": 4}


def test_facts_of_a_pod_that_was_not_injected_come_from_its_owner():
    facts = proxy_facts(POD, {"name": "istio-proxy", "args": ["proxy", "router"]}, {}, SETTINGS)
    assert facts.kind == "router"
    assert facts.workload_name == "web-1"
    assert facts.owner == "kubernetes://apis/v1/namespaces/shop/pods/web-1"


def test_statistics_are_kept_that_the_pod_asks_for():
    config = {"PROXY_CONFIG": '{"proxyStatsMatcher": {"inclusionPrefixes": ["a"], "inclusionRegexps": ["b.*"]}}'}
    pod = {**POD, "metadata": {**POD["metadata"], "annotations": {"sidecar.istio.io/statsInclusionPrefixes": "c, d"}}}
    found = proxy_facts(pod, CONTAINER, config, SETTINGS).stats
    assert (found.prefixes, found.regexps) == (("a", "c", "d"), ("b.*",))
    assert found.suffixes == proxy_facts(POD, CONTAINER, {}, SETTINGS).stats.suffixes


def test_names_are_captured_unless_metadata_says_no():
    off = {"ISTIO_META_DNS_CAPTURE": "false", "ISTIO_META_DNS_AUTO_ALLOCATE": "False"}
    usual, silent = proxy_facts(POD, CONTAINER, {}, SETTINGS), proxy_facts(POD, CONTAINER, off, SETTINGS)
    assert usual.dns_metadata == {"INSTANCE_IPS": "10.244.0.9", "DNS_CAPTURE": "true", "DNS_AUTO_ALLOCATE": "true"}
    assert silent.dns_metadata == {"INSTANCE_IPS": "10.244.0.9", "DNS_CAPTURE": "false", "DNS_AUTO_ALLOCATE": "false"}


def test_arguments_follow_settings_annotations_and_proxy_config():
    facts = proxy_facts(POD, CONTAINER, {"PROXY_CONFIG": '{"concurrency": 4}'}, SETTINGS)
    arguments = proxy.envoy_arguments(SETTINGS, CONTAINER, facts)
    assert arguments[:3] == ("/bin/envoy", "-c", "/etc/istio/proxy/envoy-rev.json")
    assert arguments[arguments.index("--concurrency") + 1] == "4"
    assert arguments[arguments.index("-l") + 1] == "debug"
    plain = proxy.envoy_arguments(SETTINGS, {}, proxy_facts(POD, {"args": []}, {}, SETTINGS))
    assert plain[plain.index("--concurrency") + 1] == "2"
    every = proxy_facts(POD, CONTAINER, {"PROXY_CONFIG": '{"concurrency": 0}'}, SETTINGS)
    assert "--concurrency" not in proxy.envoy_arguments(SETTINGS, CONTAINER, every)


STATS = [
    "http.admin.downstream_rq_active: 1",
    "http.inbound_0.0.0.0_9080;.downstream_rq_active: 2",
    "http.InboundPassthroughCluster.downstream_rq_active: 3",
    "http.outbound_9080.downstream_rq_active: 4",
    "listener.0.0.0.0_15006.http.inbound_x.downstream_rq_active: 9",
    "http.ready.downstream_rq_active: 1",
]


def test_sidecar_counts_what_it_serves_and_gateway_what_passes():
    assert active_requests(STATS, "sidecar") == 5
    assert active_requests(STATS, "router") == 9


async def test_drained_is_who_has_nothing_under_way(inside, http_server, monkeypatch):
    monkeypatch.setattr(proxy, "ADMIN", f"http://127.0.0.1:{http_server.port}")
    await drain(inside, "sidecar", SystemClock(), 5)
    heads = [head.split(" HTTP")[0] for head in http_server.seen]
    assert heads[0] == "POST /drain_listeners?inboundonly&graceful"
    assert heads[1] == "GET /stats?filter=downstream_rq_active$"


async def test_envoy_that_is_gone_is_drained(inside, monkeypatch):
    monkeypatch.setattr(proxy, "ADMIN", "http://127.0.0.1:1")
    await drain(inside, "router", SystemClock(), 5)

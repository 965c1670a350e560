"""What a pod's agent reads of its container; that it serves its pod is seen in tests/e2e/kubernetes."""

from pathlib import Path

import pytest

from lateen.base.errors import LateenError
from lateen.runtime.pod_agent import pod_of, proxy_settings, read_podinfo

ENV = {
    "POD_NAME": "web-1",
    "POD_NAMESPACE": "shop",
    "INSTANCE_IP": "10.1.2.3",
    "SERVICE_ACCOUNT": "web",
    "ISTIO_META_APP_CONTAINERS": "web,log",
    "CA_ADDR": "istiod.istio-system.svc:15012",
}


def test_labels_are_read_as_the_downward_api_writes_them() -> None:
    assert read_podinfo('app="web"\nnote="a \\"b\\"\\nc"\n') == {"app": "web", "note": 'a "b"\nc'}


def test_the_pod_as_its_container_knows_it() -> None:
    pod = pod_of(ENV, {"app": "web"}, {})
    assert pod["metadata"] == {"name": "web-1", "namespace": "shop", "labels": {"app": "web"}, "annotations": {}}
    assert pod["status"] == {"podIP": "10.1.2.3"}
    assert [one["name"] for one in pod["spec"]["containers"]] == ["web", "log"]


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(LateenError, match="INSTANCE_IP"):
        pod_of({name: value for name, value in ENV.items() if name != "INSTANCE_IP"}, {}, {})


def test_the_proxy_is_set_by_its_configuration_and_the_containers_limit() -> None:
    config = '{"discoveryAddress": "istiod-a.istio-system.svc:15012", "terminationDrainDuration": "7s"}'
    found = proxy_settings({**ENV, "PROXY_CONFIG": config, "ISTIO_CPU_LIMIT": "2"}, Path("/envoy"))
    assert (found.control_plane.host, found.control_plane.port) == ("istiod-a.istio-system.svc", 15012)
    assert (found.drain, found.concurrency) == (7, 2)
    assert proxy_settings(ENV, Path("/envoy")).control_plane.host == "istiod.istio-system.svc"


@pytest.mark.parametrize(
    "wrong", [{"PROXY_CONFIG": "{"}, {"PROXY_CONFIG": "[]"}, {"CA_ADDR": "nowhere"}, {"ISTIO_CPU_LIMIT": "x"}]
)
def test_what_cannot_be_read_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(LateenError, match="cannot be read"):
        proxy_settings({**ENV, **wrong}, Path("/envoy"))

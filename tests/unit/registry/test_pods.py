from typing import Any

from worlds import pod

from lateen.kinds.decode import decode
from lateen.registry.pods import workload
from lateen.registry.workload import Workload


def read(raw: dict[str, Any]) -> Workload:
    found = workload(decode(raw))
    assert found is not None
    return found


def owned(kind: str, name: str, labels: dict[str, str] | None = None) -> dict[str, Any]:
    raw = pod("web-1", labels=labels)
    owner = {"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": "u", "controller": True}
    raw["metadata"]["ownerReferences"] = [owner]
    return raw


def test_a_pod_is_read_with_what_the_mesh_needs():
    found = read(pod("web-1", "10.1.0.1", account="web", ports=[{"name": "http", "containerPort": 8080}]))
    assert (found.ip, found.service_account, found.ports, found.ready) == ("10.1.0.1", "web", {"http": 8080}, True)
    assert (found.injected, found.mesh_tls, found.gateway) == (True, True, False)


def test_a_pod_without_a_proxy_takes_no_mesh_tls():
    found = read(pod("web-1", injected=False))
    assert (found.injected, found.mesh_tls) == (False, False)


def test_the_gateway_template_makes_a_gateway():
    raw = pod("edge-1", annotations={"inject.istio.io/templates": "gateway,custom"})
    assert read(raw).gateway


def test_a_pod_that_has_ended_is_no_workload():
    raw = pod("job-1")
    raw["status"]["phase"] = "Succeeded"
    assert workload(decode(raw)) is None


def test_a_pod_that_is_not_ready_is_one():
    raw = pod("web-1")
    raw["status"]["conditions"] = []
    assert not read(raw).ready


def test_the_workload_is_the_deployment_behind_the_replica_set():
    assert read(owned("ReplicaSet", "web-v1-6d5", {"pod-template-hash": "6d5"})).workload_name == "web-v1"
    assert read(owned("ReplicaSet", "web-v1")).workload_name == "web-v1"
    assert read(owned("StatefulSet", "db")).workload_name == "db"
    assert read(pod("bare")).workload_name == "bare"


def test_the_canonical_name_and_revision_come_from_labels():
    found = read(pod("web-1", labels={"version": "v2"}))
    assert (found.canonical_name, found.canonical_revision) == ("web", "v2")
    said = {"service.istio.io/canonical-name": "shop", "service.istio.io/canonical-revision": "r"}
    found = read(pod("web-1", labels=said))
    assert (found.canonical_name, found.canonical_revision) == ("shop", "r")

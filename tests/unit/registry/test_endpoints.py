from typing import Any

from worlds import istio, pod, service, slices

from lateen.kinds.decode import decode
from lateen.registry import entries, kubernetes
from lateen.registry.endpoints import NO_ENDPOINTS, of_entry, of_slices, pod_names
from lateen.registry.pods import workload
from lateen.registry.service import Service

TWO_PORTS = [{"name": "http", "port": 80, "targetPort": 8080}, {"name": "grpc", "port": 90}]


def web(ports: Any = TWO_PORTS) -> Service:
    return kubernetes.service(decode(service("web", ports)), ("*",))


def addresses(found: Any) -> dict[int, list[tuple[str, int]]]:
    return {port: [(one.address, one.port) for one in known] for port, known in found.by_port.items()}


def test_ports_are_matched_by_name_and_sorted_by_address():
    slice_ = decode(slices("web", {"web-2": "10.1.0.2", "web-1": "10.1.0.1"}, {"http": 8080, "grpc": 90}))
    assert addresses(of_slices(web(), [slice_], {})) == {
        80: [("10.1.0.1", 8080), ("10.1.0.2", 8080)],
        90: [("10.1.0.1", 90), ("10.1.0.2", 90)],
    }


def test_what_is_not_ready_is_left_out():
    raw = slices("web", {"web-1": "10.1.0.1", "web-2": "10.1.0.2"})
    raw["endpoints"][0]["conditions"] = {"ready": False}
    del raw["endpoints"][1]["conditions"]
    assert addresses(of_slices(web(), [decode(raw)], {})) == {80: [("10.1.0.2", 80)]}


def test_an_address_in_two_slices_is_one_endpoint():
    slice_ = decode(slices("web", {"web-1": "10.1.0.1"}))
    assert addresses(of_slices(web(), [slice_, slice_], {})) == {80: [("10.1.0.1", 80)]}


def test_pods_tell_who_is_behind_an_address():
    slice_ = decode(slices("web", {"web-1": "10.1.0.1"}))
    found = workload(decode(pod("web-1", "10.1.0.1", account="web")))
    (endpoint,) = of_slices(web(), [slice_], {"web-1": found}).by_port[80]
    assert (endpoint.service_account, endpoint.mesh_tls, endpoint.namespace) == ("web", True, "shop")
    assert endpoint.workload == found.telemetry
    assert list(pod_names([slice_])) == ["web-1"]
    (unknown,) = of_slices(web(), [slice_], {}).by_port[80]
    assert (unknown.service_account, unknown.mesh_tls) == ("", False)


def test_a_service_without_slices_has_none():
    assert of_slices(web(), [], {}) is NO_ENDPOINTS


def test_an_entry_may_select_pods_by_label_and_named_port():
    spec = """{hosts: [a.x], resolution: STATIC, location: MESH_INTERNAL, workloadSelector: {labels: {app: web}},
      ports: [{number: 80, name: http, protocol: HTTP, targetPort: 8080}]}"""
    (entry,) = entries.services(decode(istio("ServiceEntry", "e", spec)), ("*",))
    waiting = pod("web-3", "10.1.0.3")
    waiting["status"]["conditions"] = []
    pods = [workload(decode(raw)) for raw in (pod("web-1", "10.1.0.1"), pod("api-1", "10.1.0.2"), waiting)]
    assert addresses(of_entry(entry, pods)) == {80: [("10.1.0.1", 8080)]}

from typing import Any

from worlds import istio, pod, service, slices

from lateen.kinds.decode import decode
from lateen.registry import entries, kubernetes
from lateen.registry.endpoint import Endpoint, Endpoints
from lateen.registry.endpoints import NO_ENDPOINTS, of_entry, of_slices, pod_names, target_of, together
from lateen.registry.machines import machine
from lateen.registry.pods import workload
from lateen.registry.service import Service, ServicePort

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


def test_an_entry_has_the_ready_pods_that_it_selects():
    spec = """{hosts: [a.x], resolution: STATIC, location: MESH_INTERNAL, workloadSelector: {labels: {app: web}},
      ports: [{number: 80, name: http, protocol: HTTP, targetPort: 8080}]}"""
    (entry,) = entries.services(decode(istio("ServiceEntry", "e", spec)), ("*",))
    waiting = pod("web-3", "10.1.0.3")
    waiting["status"]["conditions"] = []
    pods = [workload(decode(raw)) for raw in (pod("web-1", "10.1.0.1"), waiting)]
    assert addresses(of_entry(entry, pods)) == {80: [("10.1.0.1", 8080)]}


def test_written_endpoints_have_their_own_ports_weights_and_places():
    (found,) = entry(
        "[{address: 192.0.2.1, ports: {http: 8080}, weight: 3, locality: r/z, network: n}, {address: 192.0.2.2}]"
    ).by_port.values()
    assert [(one.address, one.port, one.weight, one.locality, one.network) for one in found] == [
        ("192.0.2.1", 8080, 3, "r/z", "n"),
        ("192.0.2.2", 81, 1, "", ""),
    ]


def test_a_socket_has_no_port():
    (found,) = entry("[{address: 'unix:///run/a.sock'}]").by_port.values()
    assert [(one.address, one.port) for one in found] == [("unix:///run/a.sock", 0)]


def test_only_addresses_that_need_no_look_up_are_endpoints_of_fixed_services():
    found = [machine(decode(istio("WorkloadEntry", "vm", f"{{address: {at}}}"))) for at in ("192.0.2.1", "vm.x")]
    for resolution, wanted in (("STATIC", ["192.0.2.1"]), ("DNS", ["192.0.2.1", "vm.x"])):
        ports = "ports: [{number: 80, name: http, protocol: HTTP}]"
        said = declared(f"resolution: {resolution}, workloadSelector: {{labels: {{a: b}}}}, {ports}")
        assert list(of_entry(said, found).addresses) == wanted


def test_an_identity_means_mesh_tls_unless_the_label_says_no():
    (found,) = entry(
        """[{address: 192.0.2.1, serviceAccount: a}, {address: 192.0.2.2}, {address: 192.0.2.4, serviceAccount: a,
          labels: {security.istio.io/tlsMode: disabled}}]"""
    ).by_port.values()
    assert [(one.address, one.mesh_tls) for one in found] == [
        ("192.0.2.1", True),
        ("192.0.2.2", False),
        ("192.0.2.4", False),
    ]


def test_found_by_dns_and_without_endpoints_a_host_is_its_own():
    assert addresses(entry("[]", "DNS")) == {80: [("a.x", 81)]}
    assert addresses(entry("[]", "DNS_ROUND_ROBIN")) == {80: [("a.x", 81)]}
    assert entry("[]", "STATIC") is entry("[]", "NONE") is NO_ENDPOINTS


def test_declarations_join_by_the_names_of_their_ports():
    first, second = (declared(f"ports: [{{number: {port}, name: http, protocol: HTTP}}]") for port in (80, 81))
    known = Endpoints({81: (Endpoint(address="192.0.2.1", port=1, labels={}),)})
    assert addresses(together(first, [(first, NO_ENDPOINTS), (second, known)])) == {80: [("192.0.2.1", 1)]}


def test_a_machines_ports_go_by_the_name_of_the_services_port_then_by_target():
    spec = "{address: 192.0.2.1, ports: {http: 8080, other: 9000}}"
    found = machine(decode(istio("WorkloadEntry", "vm", spec)))
    ports = (
        ServicePort(80, "http", "http", 1),
        ServicePort(81, "a", "http", 82),
        ServicePort(83, "b", "http", "other"),
    )
    assert [target_of(port, found) for port in ports] == [8080, 82, 9000]
    assert target_of(ServicePort(84, "c", "http", "unknown"), found) == 84


def test_a_pods_named_port_is_its_containers():
    found = workload(decode(pod("web-1", "10.1.0.1", ports=[{"name": "web", "containerPort": 8080}])))
    assert target_of(ServicePort(80, "http", "http", "web"), found) == 8080
    assert target_of(ServicePort(80, "http", "http", "none"), found) == 0


def declared(rest: str) -> Service:
    (found,) = entries.services(decode(istio("ServiceEntry", "e", f"{{hosts: [a.x], {rest}}}")), ("*",))
    return found


def entry(written: str, resolution: str = "STATIC") -> Endpoints:
    port = "ports: [{number: 80, name: http, protocol: HTTP, targetPort: 81}]"
    said = f"location: MESH_INTERNAL, endpoints: {written}" if written != "[]" else "location: MESH_INTERNAL"
    return of_entry(declared(f"resolution: {resolution}, {said}, {port}"), ())

from typing import Any

from worlds import istio, mesh_config, pod, service, slices

from lateen.base.refs import Key
from lateen.reactive import Engine
from lateen.registry.registry import Registry, build_registry
from lateen.registry.service import ServiceKey
from lateen.registry.workload import Workload
from lateen.store.store import Store

WEB = "web.shop.svc.cluster.local"


def world() -> tuple[Engine, Store, Registry]:
    engine = Engine()
    store = Store(engine)
    return engine, store, build_registry(engine, store)


def entry(name: str, number: int, namespace: str = "shop", host: str = "a.x") -> dict:
    spec = f"{{hosts: [{host}], ports: [{{number: {number}, name: p{number}, protocol: TCP}}]}}"
    return istio("ServiceEntry", name, spec, namespace=namespace)


def test_services_of_all_kinds_are_found_by_host():
    engine, store, registry = world()
    for raw in (service("web"), entry("e", 1), entry("f", 2), entry("g", 3, "bank")):
        store.put(raw)
    engine.settle()
    assert sorted(registry.services) == [
        ServiceKey("a.x", "bank"),
        ServiceKey("a.x", "shop"),
        ServiceKey(WEB, "shop"),
    ]
    found = registry.hosts.get("a.x")
    assert [[port.number for port in one.ports] for one in found] == [[3], [1, 2]]
    store.delete("ServiceEntry", Key("shop", "e"))
    engine.settle()
    assert [port.number for port in registry.services.get(ServiceKey("a.x", "shop")).ports] == [2]


def test_a_kubernetes_service_comes_before_an_entry_of_its_name():
    engine, store, registry = world()
    store.put(entry("e", 1, "bank", WEB))
    store.put(entry("e", 1, "shop", WEB))
    store.put(service("web"))
    engine.settle()
    assert [one.kubernetes for one in registry.hosts.get(WEB)] == [True, False]


def test_endpoints_follow_slices_and_pods():
    engine, store, registry = world()
    for raw in (service("web"), pod("web-1", "10.1.0.1"), slices("web", {"web-1": "10.1.0.1"})):
        store.put(raw)
    engine.settle()
    (endpoint,) = registry.endpoints.get(ServiceKey(WEB, "shop")).by_port[80]
    assert endpoint.mesh_tls
    store.delete("EndpointSlice", Key("shop", "web-1"))
    engine.settle()
    assert not registry.endpoints.get(ServiceKey(WEB, "shop")).by_port


def test_a_pod_is_read_by_the_services_it_is_behind():
    engine, store, _ = world()
    for name in ("web", "api"):
        for raw in (service(name), pod(f"{name}-1", "10.1.0.1"), slices(name, {f"{name}-1": "10.1.0.1"})):
            store.put(raw)
    engine.settle()
    since = engine.events[-1].sequence + 1
    store.put(pod("web-1", "10.1.0.1", {"version": "v2"}))
    engine.settle()
    assert engine.ran(since) == [
        ("workloads", Key("shop", "web-1")),
        ("proxied workloads", Key("shop", "web-1")),
        ("service endpoints", ServiceKey(WEB, "shop")),
    ]


def leading(engine: Engine, registry: Registry, *workloads: Workload) -> dict[str, list[tuple[str, int, int]]]:
    known = engine.input("known")
    found = engine.map(
        "found",
        known,
        lambda read, key, one: [(to.name, port.number, number) for to, port, number in registry.leading(read, one)],
    )
    for one in workloads:
        known.put(one.name, one)
    engine.settle()
    assert not engine.errors
    return dict(found.items())


def test_services_are_found_by_the_workloads_they_select():
    engine, store, registry = world()
    store.put(service("web", selector={"app": "web", "version": "v1"}))
    store.put(service("all", selector={"app": "web"}))
    store.put(service("none", selector={}))
    one = Workload(namespace="shop", name="one", labels={"app": "web"})
    both = Workload(namespace="shop", name="both", labels={"app": "web", "version": "v1"})
    elsewhere = Workload(namespace="bank", name="elsewhere", labels={"app": "web"})
    assert leading(engine, registry, one, both, elsewhere) == {
        "one": [("all", 80, 80)],
        "both": [("all", 80, 80), ("web", 80, 80)],
        "elsewhere": [],
    }


def test_services_are_found_by_the_addresses_written_into_them():
    engine, store, registry = world()
    ports = "ports: [{number: 80, name: http, protocol: HTTP, targetPort: 8080}, {number: 1, name: t, protocol: TCP}]"
    endpoints = "endpoints: [{address: 10.0.0.1, ports: {t: 2}}, {address: 10.0.0.2}]"
    store.put(istio("ServiceEntry", "e", f"{{hosts: [a.x], resolution: STATIC, {endpoints}, {ports}}}"))
    there = Workload(namespace="shop", name="there", ip="10.0.0.1", labels={})
    elsewhere = Workload(namespace="bank", name="elsewhere", ip="10.0.0.1", labels={})
    assert leading(engine, registry, there, elsewhere) == {"there": [("e", 80, 8080), ("e", 1, 2)], "elsewhere": []}


def machine(name: str, address: str, status: str = "True", **spec: Any) -> dict[str, Any]:
    found = istio("WorkloadEntry", name, f"{{address: {address}, labels: {{app: web}}, serviceAccount: vm}}")
    found["spec"] |= spec
    return found | {"status": {"conditions": [{"type": "Healthy", "status": status}]}}


def test_machines_and_pods_stand_behind_entries_and_machines_behind_services_too():
    engine, store, registry = world()
    spec = "{hosts: [a.x], resolution: STATIC, location: MESH_INTERNAL, workloadSelector: {labels: {app: web}}, "
    store.put(istio("ServiceEntry", "e", spec + "ports: [{number: 80, name: http, protocol: HTTP}]}"))
    for raw in (service("web"), pod("web-1", "10.1.0.1"), slices("web", {"web-1": "10.1.0.1"})):
        store.put(raw)
    store.put(machine("vm", "192.0.2.1", ports={"http": 8080}))
    engine.settle()
    for host in ("a.x", WEB):
        found = registry.endpoints.get(ServiceKey(host, "shop")).by_port[80]
        assert [(one.address, one.port, one.mesh_tls, one.service_account) for one in found] == [
            ("10.1.0.1", 80, True, "default"),
            ("192.0.2.1", 8080, True, "vm"),
        ]
    store.put(machine("vm", "192.0.2.1", "False"))
    engine.settle()
    for host in ("a.x", WEB):
        assert registry.endpoints.get(ServiceKey(host, "shop")).addresses == ("10.1.0.1",)


def test_a_machine_is_read_by_the_services_it_is_behind_and_no_others():
    engine, store, _ = world()
    for raw in (service("web"), service("api"), machine("vm", "192.0.2.1"), pod("web-1", "10.1.0.1")):
        store.put(raw)
    engine.settle()
    since = engine.events[-1].sequence + 1
    store.put(machine("vm", "192.0.2.2"))
    engine.settle()
    ran = [name for name, key in engine.ran(since) if key in (ServiceKey(WEB, "shop"), Key("shop", "vm"))]
    assert ran == [name for name, _ in engine.ran(since)] == ["machines", "proxied workloads", "service endpoints"]


def test_an_entry_for_a_kubernetes_host_adds_its_endpoints_to_the_services_ports():
    engine, store, registry = world()
    for raw in (service("web"), pod("web-1", "10.1.0.1"), slices("web", {"web-1": "10.1.0.1"})):
        store.put(raw)
    ports = "ports: [{number: 81, name: http, protocol: HTTP}, {number: 82, name: more, protocol: TCP}]"
    spec = f"{{hosts: [{WEB}], resolution: STATIC, endpoints: [{{address: 192.0.2.1}}], {ports}}}"
    store.put(istio("ServiceEntry", "e", spec))
    engine.settle()
    found = registry.endpoints.get(ServiceKey(WEB, "shop")).by_port
    assert {port: [(one.address, one.port) for one in known] for port, known in found.items()} == {
        80: [("10.1.0.1", 80), ("192.0.2.1", 81)]
    }
    assert registry.services.get(ServiceKey(WEB, "shop")).kubernetes


def test_only_the_meshs_own_config_map_is_read():
    engine, store, registry = world()
    other = mesh_config("rootNamespace: x")
    other["metadata"]["name"] = "other"
    store.put(other)
    engine.settle()
    assert len(registry.mesh) == 0
    store.put(mesh_config("rootNamespace: x"))
    engine.settle()
    assert [one.root_namespace for _, one in registry.mesh.items()] == ["x"]

from worlds import istio, mesh_config, pod, service, slices

from lateen.base.refs import Key
from lateen.reactive import Engine
from lateen.registry.registry import Registry, build_registry
from lateen.registry.service import ServiceKey
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
    assert engine.ran(since) == [("workloads", Key("shop", "web-1")), ("service endpoints", ServiceKey(WEB, "shop"))]


def test_services_are_found_by_the_pods_they_select():
    engine, store, registry = world()
    names = engine.input("names")
    store.put(service("web", selector={"app": "web", "version": "v1"}))
    store.put(service("all", selector={"app": "web"}))
    store.put(service("none", selector={}))
    labels = {"one": {"app": "web"}, "both": {"app": "web", "version": "v1"}}
    found = engine.map(
        "found", names, lambda read, key, _: [one.name for one in registry.selecting(read, "shop", labels[key])]
    )
    names.put("one", True)
    names.put("both", True)
    engine.settle()
    assert dict(found.items()) == {"one": ["all"], "both": ["all", "web"]}


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

from worlds import istio, pod, service, slices

from lateen.base.refs import Key
from lateen.kinds.decode import decode
from lateen.reactive import Engine
from lateen.registry import entries, kubernetes
from lateen.registry.backends import build_backends
from lateen.store.store import Store


def test_a_declaration_finds_what_is_behind_it():
    engine = Engine()
    store = Store(engine)
    backends = build_backends(engine, store)
    declared = engine.input("declared")
    found = engine.map("found", declared, lambda read, key, one: backends.endpoints(read, one).addresses)
    spec = "{hosts: [a.x], resolution: STATIC, workloadSelector: {labels: {app: web, tier: one}}, "
    raw = istio("ServiceEntry", "e", spec + "ports: [{number: 80, name: http, protocol: HTTP}]}")
    (entry,) = entries.services(decode(raw), ("*",))
    declared.put("entry", entry)
    declared.put("service", kubernetes.service(decode(service("web")), ("*",)))
    store.put(pod("web-1", "10.1.0.1", {"tier": "one"}))
    store.put(pod("web-2", "10.1.0.2"))
    store.put(slices("web", {"web-1": "10.1.0.1", "web-2": "10.1.0.2"}))
    store.put(istio("WorkloadEntry", "vm", "{address: 192.0.2.1, labels: {app: web, tier: one}}"))
    store.put(istio("WorkloadEntry", "other", "{address: 192.0.2.2, labels: {app: web, tier: one}}", namespace="bank"))
    engine.settle()
    assert found.get("entry") == ("10.1.0.1", "192.0.2.1")
    assert found.get("service") == ("10.1.0.1", "10.1.0.2", "192.0.2.1")
    store.delete("WorkloadEntry", Key("shop", "vm"))
    engine.settle()
    assert found.get("entry") == ("10.1.0.1",)
    assert found.get("service") == ("10.1.0.1", "10.1.0.2")

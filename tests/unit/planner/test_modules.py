from worlds import SHOP, World, istio, pod, service

from lateen.base.refs import Key
from lateen.plan.extension import Code, Module
from lateen.planner.module import FetchedModule
from lateen.planner.scope import COMMON, Scope

WEB = Scope("inbound", "shop", "app=web")
NAME = "extensions.istio.io/wasmplugin/shop.x"


def world(spec: str = "{url: 'https://a.x/m.wasm'}") -> World:
    found = World(COMMON, SHOP, WEB, Scope("sidecar", "bank"))
    found.put(service("web", address="10.96.0.1"), pod("web-1", "10.1.0.1"), istio("WasmPlugin", "x", spec))
    return found


def fetch(mesh: World, code: str, name: str = NAME) -> None:
    """Do what the world outside does: fetch what is asked for."""
    store = mesh.plans.module_store
    store.fetched.put(name, FetchedModule(store.requests.get(name), Code(code, code.encode())))
    mesh.settle()


def module(mesh: World, scope: Scope = SHOP, name: str = NAME) -> Module | None:
    return mesh.plans.modules.get((scope, name))


def test_what_listeners_name_is_always_there_with_its_code_once_that_is():
    mesh = world()
    assert (module(mesh).code, module(mesh, WEB).code) == (None, None)
    assert module(mesh, Scope("sidecar", "bank")) is None
    fetch(mesh, "one")
    assert module(mesh).code == module(mesh, WEB).code == Code("one", b"one")
    mesh.delete("WasmPlugin", "x")
    assert not dict(mesh.plans.modules.items())


def test_until_another_module_is_there_the_last_counts_with_all_it_was_told():
    mesh = world("{url: a.x/m:v1, pluginConfig: {v: 1}}")
    fetch(mesh, "one")
    mesh.put(istio("WasmPlugin", "x", "{url: a.x/m:v2, pluginConfig: {v: 2}}"))
    assert mesh.plans.module_store.requests.get(NAME).url == "a.x/m:v2"
    assert (module(mesh).code.digest, module(mesh).settings) == ("one", '{"v":1}')
    fetch(mesh, "two")
    assert (module(mesh).code.digest, module(mesh).settings) == ("two", '{"v":2}')


def test_a_module_of_another_protocol_is_no_stand_in():
    mesh = world()
    fetch(mesh, "one")
    mesh.put(istio("WasmPlugin", "x", "{url: 'https://a.x/m.wasm', type: NETWORK}"))
    assert module(mesh).bytes_only and module(mesh).code is None


def test_a_file_needs_no_fetching():
    mesh = world("{url: file:///a.wasm}")
    assert (module(mesh).path, module(mesh).code) == ("/a.wasm", None)


def test_an_extension_has_a_module_of_its_own_name():
    mesh = world()
    mesh.put(istio("TrafficExtension", "x", "{wasm: {url: a.x/m, failStrategy: FAIL_OPEN}}"))
    assert module(mesh, name="extensions.istio.io/trafficextension/shop.x").on_failure == "FAIL_OPEN"
    chain = mesh.listener("0.0.0.0_80").chains[0]
    assert [one.fails_open for one in chain.proxy.extensions] == [True, False]


def test_fetched_code_changes_its_module_and_nothing_else():
    mesh = world()
    fetch(mesh, "one")
    assert mesh.changed("planned modules") == [(WEB, NAME), (SHOP, NAME)]
    assert mesh.changed("extended listeners") == []
    fetch(mesh, "one")
    assert mesh.changed("planned modules") == []


def test_why_a_module_is_not_there_is_said_of_its_object():
    mesh, key = world(), Key("shop", "x")
    remarks = mesh.plans.module_store.remarks
    assert remarks["WasmPlugin"].get(key) is None
    mesh.plans.module_store.faults.put(NAME, "404")
    mesh.settle()
    (fault,) = remarks["WasmPlugin"].get(key)
    assert (str(fault), fault.severity) == ("spec.url: the module is not there: 404", "warning")
    assert remarks["TrafficExtension"].get(key) is None

import pytest
from worlds import istio

from lateen.kinds.decode import decode
from lateen.plan.extension import Code
from lateen.planner.module import FetchedModule, ModuleRequest, request_of

DIGEST = "a" * 64


def request(spec: str, **meta: object) -> ModuleRequest:
    raw = istio("WasmPlugin", "x", spec)
    raw["metadata"] |= meta
    found = decode(raw)
    return request_of(found, found.model.spec, "spec")


def test_a_request_knows_its_object_and_what_the_module_is_told():
    found = request(
        "{url: 'https://a.x/m.wasm', sha256: '" + DIGEST + "', imagePullSecret: s, pluginName: p, type: NETWORK, "
        "failStrategy: FAIL_RELOAD, pluginConfig: {b: 1, a: [x]}, "
        "vmConfig: {env: [{name: A, value: b}, {name: H, valueFrom: HOST}]}}"
    )
    assert (found.kind, found.key, found.url, found.sha256, found.secret) == (
        "WasmPlugin", ("shop", "x"), "https://a.x/m.wasm", DIGEST, "s",
    )  # fmt: skip
    module = found.module
    assert (module.name, module.root, module.settings) == (
        "extensions.istio.io/wasmplugin/shop.x", "p", '{"a":["x"],"b":1}',
    )  # fmt: skip
    assert (module.bytes_only, module.on_failure) == (True, "FAIL_RELOAD")
    assert (module.environment, module.inherited) == ((("A", "b"),), ("H",))
    assert (module.code, module.path, str(module.origin)) == (None, "", "WasmPlugin shop/x spec.url")


def test_a_file_is_the_proxys_own():
    assert request("{url: file:///opt/filters/a.wasm}").module.path == "/opt/filters/a.wasm"


@pytest.mark.parametrize(
    ("spec", "always"),
    [
        ("{url: a.x/m}", True),
        ("{url: a.x/m:latest}", True),
        ("{url: 'oci://a.x/m'}", True),
        ("{url: a.x/m:v1}", False),
        ("{url: a.x/m:latest, imagePullPolicy: IfNotPresent}", False),
        ("{url: a.x/m:v1, imagePullPolicy: Always}", True),
        (f"{{url: 'a.x/m@sha256:{DIGEST}', imagePullPolicy: Always}}", False),
        (f"{{url: a.x/m, sha256: {DIGEST}, imagePullPolicy: Always}}", False),
        ("{url: 'https://a.x/latest'}", False),
        ("{url: 'https://a.x/m.wasm', imagePullPolicy: Always}", True),
    ],
)
def test_what_has_a_digest_is_not_fetched_again_and_latest_is(spec: str, always: bool):
    assert request(spec).always is always


def test_of_what_is_always_fetched_every_version_is_another_request():
    def version(url: str, **meta: object) -> ModuleRequest:
        return request(f"{{url: '{url}'}}", **meta)

    assert version("a.x/m", annotations={"a": "1"}) != version("a.x/m", annotations={"a": "2"})
    assert version("a.x/m:v1", annotations={"a": "1"}) == version("a.x/m:v1", annotations={"a": "2"})
    assert version("a.x/m", resourceVersion="1") == version("a.x/m", resourceVersion="2")


def test_a_fetched_module_is_the_asked_one_with_its_code():
    asked = request("{url: a.x/m, pluginName: p}")
    found = FetchedModule(asked, Code("d", b"code")).module
    assert (found.code.content, found.root) == (b"code", "p")

from lateen.envoy.module import REFUSAL, module, types_of
from lateen.plan.extension import Code, Module
from lateen.proto.descriptors import message
from lateen.simulate.proxy import unpack

EXTENSION = "envoy.config.core.v3.TypedExtensionConfig"


def built(**fields: object):
    found = message(EXTENSION).FromString(module(Module(name="shop.x", **fields)))
    assert found.name == "shop.x"
    return unpack(found.typed_config), found.typed_config.type_url.rpartition("/")[2]


def test_a_module_runs_with_what_it_is_told():
    code, settings = Code("d", b"\0asm"), '{"a":1}'
    found, kind = built(code=code, root="p", settings=settings, on_failure="FAIL_RELOAD")
    assert kind == "envoy.extensions.filters.http.wasm.v3.Wasm"
    config = found.config
    assert (config.name, config.root_id, config.failure_policy) == ("shop.x", "p", 1)
    assert unpack(config.configuration).value == settings
    assert (config.vm_config.runtime, config.vm_config.code.local.inline_bytes) == ("envoy.wasm.runtime.v8", b"\0asm")


def test_a_module_without_settings_is_told_nothing_and_shares_its_machine():
    config = built(code=Code("d", b"c"))[0].config
    assert not config.HasField("configuration") and not config.vm_config.vm_id
    assert not config.vm_config.HasField("environment_variables")


def test_a_module_with_an_environment_has_a_machine_of_its_own():
    machine = built(code=Code("d", b"c"), environment=(("A", "b"),), inherited=("HOME",))[0].config.vm_config
    assert machine.vm_id == "shop.x"
    assert dict(machine.environment_variables.key_values) == {"A": "b"}
    assert list(machine.environment_variables.host_env_keys) == ["HOME"]


def test_a_file_is_read_by_the_proxy():
    assert built(path="/a.wasm")[0].config.vm_config.code.local.filename == "/a.wasm"


def test_what_is_not_there_answers_500_or_lets_pass():
    refusing, kind = built()
    assert kind.endswith("Lua") and refusing.default_source_code.inline_string == REFUSAL
    passing, kind = built(on_failure="FAIL_OPEN")
    assert kind.endswith("http.rbac.v3.RBAC") and not passing.HasField("rules")
    assert {kind} < set(types_of("http"))
    assert built(on_failure="FAIL_RELOAD")[1].endswith("Lua")


def test_bytes_are_refused_or_pass():
    code, kind = built(bytes_only=True, code=Code("d", b"c"))
    assert kind == "envoy.extensions.filters.network.wasm.v3.Wasm" and code.config.name == "shop.x"
    refusing, kind = built(bytes_only=True)
    assert kind.endswith("network.rbac.v3.RBAC") and refusing.rules.action == 1 and len(refusing.rules.policies) == 1
    passing, _ = built(bytes_only=True, on_failure="FAIL_OPEN")
    assert not passing.HasField("rules") and passing.stat_prefix
    assert {kind} < set(types_of("network"))

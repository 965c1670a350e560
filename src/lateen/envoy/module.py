"""WebAssembly modules as they are delivered: apart from the chains that they run in, by the name that these say.

Envoy waits with a new chain for what it names as long as there is no answer, and "removed" is none: so there always
is something of that name. While a module is not there it is what lets everything pass, or nothing. Where Envoy refuses
a module and has no other, requests are answered 500, and connections are closed, unless the chain says what counts
then.
"""

from typing import Any, Literal

from lateen.envoy.fields import encode, pack
from lateen.plan.extension import Module
from lateen.proto.descriptors import message

Protocol = Literal["http", "network"]

_RUNTIME = "envoy.wasm.runtime.v8"
_LUA = "envoy.extensions.filters.http.lua.v3.Lua"
# Requests are answered as where Envoy has no configuration at all.
REFUSAL = """function envoy_on_request(handle)
  handle:respond({[":status"] = "500"}, "a module that has to see this request is not there\\n")
end
"""


def types_of(protocol: Protocol) -> tuple[str, ...]:
    """Return the messages that a module may be delivered as, by full name."""
    types = (_wasm(protocol), _rbac(protocol))
    return (*types, _LUA) if protocol == "http" else types


def passing(protocol: Protocol) -> Any:
    """Return the configuration of a filter that lets everything pass."""
    rbac = message(_rbac(protocol))()
    if protocol == "network":
        rbac.stat_prefix = "absent."
    return rbac


def module(plan: Module) -> bytes:
    """Return the encoded TypedExtensionConfig."""
    built = message("envoy.config.core.v3.TypedExtensionConfig")(name=plan.name)
    pack(built.typed_config, _config(plan, "network" if plan.bytes_only else "http"))
    return encode(built)


def _config(plan: Module, protocol: Protocol) -> Any:
    if plan.code is not None or plan.path:
        return _running(plan, protocol)
    if plan.on_failure == "FAIL_OPEN":
        return passing(protocol)
    return _refusing(protocol)


def _running(plan: Module, protocol: Protocol) -> Any:
    built = message(_wasm(protocol))()
    config, machine = built.config, built.config.vm_config
    config.name, config.root_id, config.failure_policy = plan.name, plan.root, plan.on_failure
    if plan.settings is not None:
        pack(config.configuration, message("google.protobuf.StringValue")(value=plan.settings))
    machine.runtime = _RUNTIME
    if plan.code is not None:
        machine.code.local.inline_bytes = plan.code.content
    else:
        machine.code.local.filename = plan.path
    if plan.environment or plan.inherited:
        # Modules with one code share a machine, and so its environment, unless the machines have names of their own.
        machine.vm_id = plan.name
        machine.environment_variables.key_values.update(dict(plan.environment))
        machine.environment_variables.host_env_keys.extend(plan.inherited)
    return built


def _refusing(protocol: Protocol) -> Any:
    if protocol == "http":
        lua = message(_LUA)()
        lua.default_source_code.inline_string = REFUSAL
        return lua
    rbac = passing(protocol)
    rbac.rules.action = "DENY"
    policy = rbac.rules.policies["absent"]
    policy.permissions.add().any = True
    policy.principals.add().any = True
    return rbac


def _wasm(protocol: Protocol) -> str:
    return f"envoy.extensions.filters.{protocol}.wasm.v3.Wasm"


def _rbac(protocol: Protocol) -> str:
    return f"envoy.extensions.filters.{protocol}.rbac.v3.RBAC"

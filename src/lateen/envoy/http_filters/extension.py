"""Run users' Lua and WebAssembly modules on requests and responses."""

from collections.abc import Callable

from lateen.envoy.fields import Delivered, Extension
from lateen.envoy.module import passing, types_of
from lateen.plan.extension import ModulePlace, Phase, Script
from lateen.plan.listener import HttpProxy
from lateen.proto.descriptors import message


def extensions(phase: Phase) -> Callable[[HttpProxy], tuple[Extension | Delivered, ...]]:
    """Return what builds the filters of a phase, each by the name of its object."""

    def of_proxy(proxy: HttpProxy) -> tuple[Extension | Delivered, ...]:
        return tuple(_filter(one) for one in proxy.extensions if one.phase == phase)

    return of_proxy


def _filter(plan: Script | ModulePlace) -> Extension | Delivered:
    if isinstance(plan, ModulePlace):
        return Delivered(plan.name, types_of("http"), passing("http") if plan.fails_open else None)
    config = message("envoy.extensions.filters.http.lua.v3.Lua")()
    config.default_source_code.inline_string = plan.code
    return Extension(plan.name, config)

"""Run users' Lua on requests and responses."""

from collections.abc import Callable

from lateen.envoy.fields import Extension
from lateen.plan.extension import Phase
from lateen.plan.listener import HttpProxy
from lateen.proto.descriptors import message


def scripts(phase: Phase) -> Callable[[HttpProxy], tuple[Extension, ...]]:
    """Return what builds the filters of a phase, each by the name of its object."""

    def of_proxy(proxy: HttpProxy) -> tuple[Extension, ...]:
        return tuple(_filter(one.name, one.code) for one in proxy.scripts if one.phase == phase)

    return of_proxy


def _filter(name: str, code: str) -> Extension:
    config = message("envoy.extensions.filters.http.lua.v3.Lua")()
    config.default_source_code.inline_string = code
    return Extension(name, config)

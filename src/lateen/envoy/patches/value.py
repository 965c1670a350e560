"""Values of patches: protobuf's JSON, read into the installed Envoy's messages."""

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from google.protobuf import json_format

from lateen.base.errors import Fault
from lateen.plan.patch import Patch, Target
from lateen.proto.descriptors import installed, message
from lateen.proto.types import message_name

MESSAGES: Mapping[Target, str] = {
    "LISTENER": "envoy.config.listener.v3.Listener",
    "FILTER_CHAIN": "envoy.config.listener.v3.FilterChain",
    "NETWORK_FILTER": "envoy.config.listener.v3.Filter",
    "HTTP_FILTER": "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter",
    "LISTENER_FILTER": "envoy.config.listener.v3.ListenerFilter",
    "ROUTE_CONFIGURATION": "envoy.config.route.v3.RouteConfiguration",
    "VIRTUAL_HOST": "envoy.config.route.v3.VirtualHost",
    "HTTP_ROUTE": "envoy.config.route.v3.Route",
    "CLUSTER": "envoy.config.cluster.v3.Cluster",
    "EXTENSION_CONFIG": "envoy.config.core.v3.TypedExtensionConfig",
    "BOOTSTRAP": "envoy.config.bootstrap.v3.Bootstrap",
}
_UNKNOWN = re.compile(r'has no field named "([^"]+)"')


def value_of(target: Target, value: bytes) -> Any:
    """Return a patch's value as a message of its own; fields that Envoy does not have are left out.

    ValueError when it is none of what `target` is.
    """
    return _read(target, value).__deepcopy__({})


def is_sound(patch: Patch) -> bool:
    """Say whether a patch's value can be read, or none is needed."""
    return patch.operation == "REMOVE" or _error(patch.target, patch.value) == ""


def value_faults(target: Target, value: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong with a value, with paths below it: what cannot be read, and fields that are not read."""
    encoded = msgspec.json.encode(value)
    try:
        _parse(target, encoded, lenient=False)
        return
    except ValueError as error:
        found = str(error)
    unknown = _UNKNOWN.search(found)
    try:
        _parse(target, encoded, lenient=True)
    except ValueError as error:
        yield Fault("", f"is no {target} of Envoy's: {error}")
        return
    if unknown:
        yield Fault(unknown.group(1), f"no such field: {found}", "it is left out", "warning")
    else:
        yield Fault("", f"is no {target} of Envoy's: {found}")


@functools.lru_cache(maxsize=4096)
def _error(target: Target, value: bytes) -> str:
    try:
        _read(target, value)
    except ValueError as error:
        return str(error) or "not readable"
    return ""


@functools.lru_cache(maxsize=4096)
def _read(target: Target, value: bytes) -> Any:
    return _parse(target, value, lenient=True)


def _parse(target: Target, encoded: bytes, *, lenient: bool) -> Any:
    given = msgspec.json.decode(encoded) if encoded else {}
    try:
        for name in _any_types(given):
            message(name)
        return json_format.ParseDict(
            given,
            message(MESSAGES[target])(),
            ignore_unknown_fields=lenient,
            descriptor_pool=installed().pool,
        )
    except KeyError as error:
        raise ValueError(str(error.args[0])) from None
    except (json_format.ParseError, TypeError) as error:
        raise ValueError(" ".join(str(error).split())) from None


def _any_types(given: Any) -> Iterator[str]:
    """Yield the messages that stand in Anys: they must be loaded before they are read."""
    if isinstance(given, Mapping):
        if isinstance(url := given.get("@type"), str):
            yield message_name(url)
        for one in given.values():
            yield from _any_types(one)
    elif isinstance(given, list):
        for one in given:
            yield from _any_types(one)

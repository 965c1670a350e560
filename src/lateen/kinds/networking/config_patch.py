"""One change that an EnvoyFilter makes: to what, where, how."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from lateen.base.errors import Fault
from lateen.kinds.model import Model
from lateen.kinds.networking.patch_match import EnvoyConfigObjectMatch, match_faults

ApplyTo = Literal[
    "INVALID",
    "LISTENER",
    "FILTER_CHAIN",
    "NETWORK_FILTER",
    "HTTP_FILTER",
    "ROUTE_CONFIGURATION",
    "VIRTUAL_HOST",
    "HTTP_ROUTE",
    "CLUSTER",
    "EXTENSION_CONFIG",
    "BOOTSTRAP",
    "LISTENER_FILTER",
]
Operation = Literal[
    "INVALID",
    "MERGE",
    "ADD",
    "REMOVE",
    "INSERT_BEFORE",
    "INSERT_AFTER",
    "INSERT_FIRST",
    "REPLACE",
    "MERGE_AND_REPLACE_LIST",
]
# What an operation can be applied to; the others: to anything.
_FILTERS = ("NETWORK_FILTER", "HTTP_FILTER", "LISTENER_FILTER")
_PLACES: Mapping[str, tuple[str, ...]] = {
    "INSERT_BEFORE": (*_FILTERS, "FILTER_CHAIN", "HTTP_ROUTE"),
    "INSERT_AFTER": (*_FILTERS, "FILTER_CHAIN", "HTTP_ROUTE"),
    "INSERT_FIRST": (*_FILTERS, "FILTER_CHAIN", "HTTP_ROUTE"),
    "REPLACE": (*_FILTERS, "VIRTUAL_HOST"),
}
_ONLY_OPERATION: Mapping[str, str] = {"EXTENSION_CONFIG": "ADD", "BOOTSTRAP": "MERGE"}


class Patch(Model, frozen=True, kw_only=True):
    """`value`: a part of Envoy's configuration, in protobuf's JSON."""

    operation: Operation = "INVALID"
    value: Mapping[str, Any] | None = None
    filter_class: Literal["UNSPECIFIED", "AUTHN", "AUTHZ", "STATS"] = "UNSPECIFIED"


class ConfigPatch(Model, frozen=True, kw_only=True):
    """`match` None = everything of the kind `apply_to`."""

    apply_to: ApplyTo = "INVALID"
    match: EnvoyConfigObjectMatch | None = None
    patch: Patch | None = None


def patch_faults(path: str, found: ConfigPatch) -> Iterator[Fault]:
    """Yield what is wrong with one change."""
    if found.apply_to == "INVALID":
        yield Fault(f"{path}.applyTo", "is required: what to change", "as HTTP_FILTER")
        return
    if found.match is not None:
        yield from match_faults(f"{path}.match", found.match, found.apply_to)
    patch = found.patch or Patch()
    if patch.operation == "INVALID":
        yield Fault(f"{path}.patch.operation", "is required: how to change it", "as MERGE")
        return
    yield from _operation_faults(f"{path}.patch", found.apply_to, patch)


def _operation_faults(path: str, apply_to: str, patch: Patch) -> Iterator[Fault]:
    operation = patch.operation
    places = _PLACES.get(operation)
    only = _ONLY_OPERATION.get(apply_to, operation)
    if places is not None and apply_to not in places:
        fix = f"it is for {', '.join(places)}"
        yield Fault(f"{path}.operation", f"{operation} is no operation on {apply_to}", fix)
    elif operation != only:
        yield Fault(f"{path}.operation", f"{operation} is no operation on {apply_to}", f"use {only}")
    elif apply_to == "ROUTE_CONFIGURATION" and not operation.startswith("MERGE"):
        yield Fault(f"{path}.operation", f"{operation} does nothing to {apply_to}", "use MERGE", "warning")
    if operation == "REMOVE":
        if patch.value is not None:
            yield Fault(f"{path}.value", "is not used by REMOVE", "remove it", "warning")
    elif patch.value is None:
        yield Fault(f"{path}.value", f"is required for {operation}")
    elif apply_to in (*_FILTERS, "EXTENSION_CONFIG") and not operation.startswith("MERGE"):
        yield from _filter_faults(f"{path}.value", patch.value)


def _filter_faults(path: str, value: Mapping[str, Any]) -> Iterator[Fault]:
    typed = value.get("typed_config", value.get("typedConfig"))
    if "name" not in value:
        yield Fault(f"{path}.name", "is required: a filter has a name", "", "warning")
    if isinstance(typed, Mapping) and "@type" not in typed:
        yield Fault(f"{path}.typed_config", "has no @type", 'as "@type": type.googleapis.com/…')

"""Filters of a chain as patches leave them: network filters, and the HTTP filters within them."""

import functools
from typing import Any

from lateen.envoy.patches.edit import Selects, edit, put_back
from lateen.envoy.patches.merge import change_any
from lateen.envoy.patches.table import patch_table
from lateen.envoy.patches.value import value_of
from lateen.plan.patch import ListenerPlace, Patch, Patches, TablePlace
from lateen.proto.types import message_name

_ROUTE_TARGETS = ("ROUTE_CONFIGURATION", "VIRTUAL_HOST", "HTTP_ROUTE")
MANAGER = "envoy.filters.network.http_connection_manager"
_MANAGER_TYPE = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
# Filters of each class; what a patch adds to a class stands behind them, what it adds to statistics before the router.
_CLASSES = {
    "AUTHN": ("envoy.filters.http.jwt_authn", "istio_authn"),
    "AUTHZ": ("envoy.filters.http.jwt_authn", "istio_authn", "envoy.filters.http.rbac", "envoy.filters.http.ext_authz"),
}


def patch_filters(chain: Any, patches: Patches) -> None:
    """Change the filters of a FilterChain; each patch means something in it."""
    filters = list(chain.filters)
    for patch in patches:
        if patch.target == "NETWORK_FILTER":
            filters = edit(filters, patch, _selects(_filter(patch)))
    put_back(chain.filters, filters)
    within = tuple(patch for patch in patches if patch.target == "HTTP_FILTER" or patch.target in _ROUTE_TARGETS)
    for one in chain.filters if within else ():
        if message_name(one.typed_config.type_url) == _MANAGER_TYPE:
            change_any(one.typed_config, functools.partial(_patch_manager, name=one.name, patches=within))


def name_matches(wanted: str, name: str) -> bool:
    """Say whether a filter is meant by its name, or by the one it had in former days: `envoy.router`."""
    if wanted == name:
        return True
    *_, kind, last = ("", "", *name.split("."))
    return wanted == (f"envoy.listener.{last}" if kind == "listener" else f"envoy.{last}") and name.startswith(
        "envoy.filters."
    )


def _patch_manager(manager: Any, name: str, patches: Patches) -> None:
    filters = list(manager.http_filters)
    for patch in patches:
        wanted = _filter(patch)
        if patch.target != "HTTP_FILTER" or (wanted and not name_matches(wanted, name)):
            continue
        if patch.operation == "ADD" and patch.order != "UNSPECIFIED":
            filters.insert(_place_in_class(filters, patch), value_of("HTTP_FILTER", patch.value))
        else:
            selects = None if patch.operation == "ADD" else _selects(_sub_filter(patch))
            filters = edit(filters, patch, selects)
    put_back(manager.http_filters, filters)
    if manager.HasField("route_config"):
        of_table = tuple(patch for patch in patches if _means_table(patch, manager.route_config.name))
        if of_table:
            patch_table(manager.route_config, of_table)


def _means_table(patch: Patch, name: str) -> bool:
    if patch.target not in _ROUTE_TARGETS:
        return False
    return not isinstance(patch.place, TablePlace) or patch.place.takes(name)


def _place_in_class(filters: list[Any], patch: Patch) -> int:
    if patch.order == "STATS":
        return next((i for i, one in enumerate(filters) if one.name == "envoy.filters.http.router"), len(filters))
    before = (i + 1 for i, one in enumerate(filters) if one.name in _CLASSES[patch.order])
    return max(before, default=0)


def _selects(name: str) -> Selects:
    return (lambda one: name_matches(name, one.name)) if name else None


def _filter(patch: Patch) -> str:
    return patch.place.chain.filter if isinstance(patch.place, ListenerPlace) else ""


def _sub_filter(patch: Patch) -> str:
    return patch.place.chain.sub_filter if isinstance(patch.place, ListenerPlace) else ""

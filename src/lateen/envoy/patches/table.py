"""Route tables, virtual hosts and routes as patches leave them."""

import functools
from collections.abc import Iterable
from typing import Any

from lateen.envoy.fields import encode
from lateen.envoy.patches.edit import MERGES, Selects, edit, merge_patch, put_back
from lateen.envoy.patches.value import value_of
from lateen.envoy.route import VIRTUAL_HOSTS, member, settings, virtual_host
from lateen.plan.patch import Patch, Patches, TablePlace
from lateen.plan.route import RouteConfig, VirtualHost
from lateen.proto import wire
from lateen.proto.descriptors import message

_HOST = "envoy.config.route.v3.VirtualHost"
_ANYWHERE = TablePlace()


def patch_table(table: Any, patches: Patches) -> None:
    """Change a RouteConfiguration by patches, each of which means it or something in it."""
    patch_settings(table, patches)
    hosts = (patch_host(host, patches) for host in table.virtual_hosts)
    put_back(table.virtual_hosts, [*(host for host in hosts if host is not None), *added_hosts(patches)])


def patched_route_config(plan: RouteConfig, patches: Patches) -> bytes:
    """Return the encoded RouteConfiguration as patches leave it; virtual hosts that none means are kept."""
    hosts = (_member(host, _of_host(host, patches)) for host in plan.virtual_hosts)
    added = (wire.field(VIRTUAL_HOSTS, encode(host)) for host in added_hosts(patches))
    rest = message("envoy.config.route.v3.RouteConfiguration").FromString(settings(plan.name))
    rest.name = plan.name
    patch_settings(rest, patches)
    return encode(rest) + wire.join(hosts) + wire.join(added)


def _of_host(plan: VirtualHost, patches: Patches) -> Patches:
    return tuple(
        patch
        for patch in patches
        if patch.target == "HTTP_ROUTE" or (patch.target == "VIRTUAL_HOST" and patch.operation != "ADD")
        if _place(patch).may_take(plan.name, plan.domains)
    )


@functools.lru_cache(maxsize=1 << 14)
def _member(plan: VirtualHost, patches: Patches) -> bytes:
    if not patches:
        return member(plan)
    host = patch_host(message(_HOST).FromString(virtual_host(plan)), patches)
    return b"" if host is None else wire.field(VIRTUAL_HOSTS, encode(host))


def patch_settings(table: Any, patches: Patches) -> None:
    """Change what a RouteConfiguration says beside its virtual hosts."""
    name = table.name
    for patch in patches:
        if patch.target == "ROUTE_CONFIGURATION" and patch.operation in MERGES:
            merge_patch(table, patch)
    table.name = name  # it is what listeners know it by


def patch_host(host: Any, patches: Patches) -> Any | None:
    """Return a VirtualHost as patches leave it; None when one removes it."""
    for patch in patches:
        if patch.target != "VIRTUAL_HOST" or not host_matches(_place(patch), host):
            continue
        if patch.operation == "REMOVE":
            return None
        if patch.operation == "REPLACE":
            host = value_of("VIRTUAL_HOST", patch.value)
        elif patch.operation in MERGES:
            merge_patch(host, patch)
    of_routes = [patch for patch in patches if patch.target == "HTTP_ROUTE" and host_matches(_place(patch), host)]
    if of_routes:
        routes = list(host.routes)
        for patch in of_routes:
            routes = edit(routes, patch, _selects(_place(patch)))
        put_back(host.routes, routes)
    return host


def added_hosts(patches: Iterable[Patch]) -> list[Any]:
    """Return the virtual hosts that patches add."""
    adding = (patch for patch in patches if patch.target == "VIRTUAL_HOST" and patch.operation == "ADD")
    return [value_of("VIRTUAL_HOST", patch.value) for patch in adding]


def host_matches(place: TablePlace, host: Any) -> bool:
    """Say whether a VirtualHost is meant."""
    return place.may_take(host.name, host.domains)


def route_matches(place: TablePlace, route: Any) -> bool:
    """Say whether a Route is meant."""
    if place.route and place.route != route.name:
        return False
    return not place.action or route.WhichOneof("action") == place.action.lower()


def _place(patch: Patch) -> TablePlace:
    return patch.place if isinstance(patch.place, TablePlace) else _ANYWHERE


def _selects(place: TablePlace) -> Selects:
    return functools.partial(route_matches, place) if place.route or place.action else None

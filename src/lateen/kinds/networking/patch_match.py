"""Where an EnvoyFilter's change applies."""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

from lateen.base.errors import Fault
from lateen.kinds.model import Model, Port, Uint32
from lateen.kinds.numbers import port_faults
from lateen.kinds.regexes import regex_faults
from lateen.kinds.schema_rules import AtMostOne, CelRule


class ProxyMatch(Model, frozen=True, kw_only=True):
    """`proxy_version`: an RE2 pattern. `metadata`: of the proxy's node."""

    proxy_version: str = ""
    metadata: Mapping[str, str] = {}


class SubFilterMatch(Model, frozen=True, kw_only=True):
    """An HTTP filter within the connection manager."""

    name: str = ""


class FilterMatch(Model, frozen=True, kw_only=True):
    """A network filter, perhaps an HTTP filter in it."""

    name: str = ""
    sub_filter: SubFilterMatch | None = None


class FilterChainMatch(Model, frozen=True, kw_only=True):
    """All that is set must hold. `application_protocols`: separated by commas."""

    name: str = ""
    sni: str = ""
    transport_protocol: str = ""
    application_protocols: str = ""
    filter: FilterMatch | None = None
    destination_port: Uint32 = 0


class ListenerMatch(Model, frozen=True, kw_only=True):
    """All that is set must hold."""

    port_number: Uint32 = 0
    port_name: str = ""
    filter_chain: FilterChainMatch | None = None
    listener_filter: str = ""
    name: str = ""


class RouteMatch(Model, frozen=True, kw_only=True):
    """A route by its name and what it does."""

    name: str = ""
    action: Literal["ANY", "ROUTE", "REDIRECT", "DIRECT_RESPONSE"] = "ANY"


class VirtualHostMatch(Model, frozen=True, kw_only=True):
    """A virtual host by its name or one of its domains."""

    name: str = ""
    domain_name: str = ""
    route: RouteMatch | None = None


class RouteConfigurationMatch(Model, frozen=True, kw_only=True):
    """All that is set must hold. `gateway`: `namespace/name`."""

    port_number: Uint32 = 0
    port_name: str = ""
    gateway: str = ""
    vhost: VirtualHostMatch | None = None
    name: str = ""


class ClusterMatch(Model, frozen=True, kw_only=True):
    """All that is set must hold."""

    port_number: Uint32 = 0
    service: str = ""
    subset: str = ""
    name: str = ""


class WaypointRouteMatch(Model, frozen=True, kw_only=True):
    """A route by its name."""

    name: str = ""


class WaypointMatch(Model, frozen=True, kw_only=True):
    """All that is set must hold."""

    port_number: Port | None = None
    filter: FilterMatch | None = None
    route: WaypointRouteMatch | None = None


class EnvoyConfigObjectMatch(Model, frozen=True, kw_only=True):
    """At most one of listener, route_configuration, cluster, waypoint."""

    schema_rules: ClassVar = (
        AtMostOne(("listener", "routeConfiguration", "cluster", "waypoint")),
        CelRule(
            'has(self.waypoint) == (has(self.context) && self.context == "WAYPOINT")',
            "only support waypointMatch when context is WAYPOINT",
        ),
    )

    context: Literal["ANY", "SIDECAR_INBOUND", "SIDECAR_OUTBOUND", "GATEWAY", "WAYPOINT"] = "ANY"
    proxy: ProxyMatch | None = None
    listener: ListenerMatch | None = None
    route_configuration: RouteConfigurationMatch | None = None
    cluster: ClusterMatch | None = None
    waypoint: WaypointMatch | None = None


_ROUTES = ("ROUTE_CONFIGURATION", "VIRTUAL_HOST", "HTTP_ROUTE")
_LISTENERS = ("LISTENER", "FILTER_CHAIN", "NETWORK_FILTER", "HTTP_FILTER", "LISTENER_FILTER")
_MATCHED_BY = dict.fromkeys(_LISTENERS, "listener") | dict.fromkeys(_ROUTES, "routeConfiguration")
_MATCHED_BY |= {"CLUSTER": "cluster"}


def match_faults(path: str, match: EnvoyConfigObjectMatch, apply_to: str) -> Iterator[Fault]:
    """Yield what is wrong with a match of a change to `apply_to`."""
    parts = {
        "listener": match.listener,
        "routeConfiguration": match.route_configuration,
        "cluster": match.cluster,
        "waypoint": match.waypoint,
    }
    given = [name for name, part in parts.items() if part is not None]
    if len(given) > 1:
        yield Fault(path, f"has {' and '.join(given)}", "keep one of them")
    if (match.context == "WAYPOINT") != (match.waypoint is not None):
        yield Fault(path, "only support waypointMatch when context is WAYPOINT", "set context: WAYPOINT and waypoint")
    wanted = _MATCHED_BY.get(apply_to)
    for name in given:
        if wanted and name not in (wanted, "waypoint"):
            yield Fault(f"{path}.{name}", f"{apply_to} is matched by {wanted}", f"use {wanted}")
    if match.proxy is not None and match.proxy.proxy_version:
        yield from regex_faults(f"{path}.proxy.proxyVersion", match.proxy.proxy_version)
    if match.waypoint is not None and match.waypoint.port_number is not None:
        yield from port_faults(f"{path}.waypoint.portNumber", match.waypoint.port_number)
    if match.listener is not None:
        yield from _listener_faults(f"{path}.listener", match.listener, apply_to)


def _listener_faults(path: str, match: ListenerMatch, apply_to: str) -> Iterator[Fault]:
    if match.listener_filter and apply_to != "LISTENER_FILTER":
        message = f"{apply_to} is not matched by a listener filter"
        yield Fault(f"{path}.listenerFilter", message, "use applyTo LISTENER_FILTER")
    inner = match.filter_chain.filter if match.filter_chain is not None else None
    if inner is None:
        return
    place = f"{path}.filterChain.filter"
    if apply_to not in ("NETWORK_FILTER", "HTTP_FILTER"):
        message = f"{apply_to} is not matched by a filter of a filter chain"
        yield Fault(place, message, "use applyTo NETWORK_FILTER or HTTP_FILTER")
    elif inner.sub_filter is not None and apply_to != "HTTP_FILTER":
        yield Fault(f"{place}.subFilter", f"{apply_to} has no filters in it", "use applyTo HTTP_FILTER")

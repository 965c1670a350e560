"""Route tables: joined from virtual hosts encoded once, so that one changed host costs one host."""

import functools
from typing import Any

from lateen.envoy import metadata
from lateen.envoy.action import act
from lateen.envoy.fields import encode, pack
from lateen.envoy.headers import change
from lateen.envoy.http_filters import HTTP_FILTERS
from lateen.envoy.matching import match
from lateen.plan.route import Route, RouteConfig, VirtualHost
from lateen.proto import wire
from lateen.proto.descriptors import message

_ROUTES = 3  # VirtualHost.routes
VIRTUAL_HOSTS = 2  # RouteConfiguration.virtual_hosts
_LARGEST_BODY = 1 << 20  # of a direct response, in bytes


def route_config(plan: RouteConfig) -> bytes:
    """Return the encoded RouteConfiguration."""
    return wire.string(1, plan.name) + wire.join(map(member, plan.virtual_hosts)) + settings(plan.name)


def virtual_host(plan: VirtualHost) -> bytes:
    """Return the encoded VirtualHost."""
    host = message("envoy.config.route.v3.VirtualHost")(name=plan.name, domains=plan.domains)
    # The server's proxy leaves alone what the client's proxy counted.
    host.include_request_attempt_count = not plan.name.startswith("inbound|")
    if plan.require_tls:
        host.require_tls = "ALL"
    return encode(host) + wire.join(map(_route, plan.routes))


@functools.lru_cache(maxsize=1 << 14)
def _route(plan: Route) -> bytes:
    """The field `routes` of one route: where hundreds of rules are for one host, one that changes is all that is
    encoded anew."""
    target = message("envoy.config.route.v3.Route")(name=plan.name, stat_prefix=plan.stat_prefix)
    _fill(target, plan)
    return wire.field(_ROUTES, encode(target))


def _fill(target: Any, plan: Route) -> None:
    match(target.match, plan.match)
    act(target, plan)
    change(target, plan.request_headers, plan.response_headers)
    for http_filter in HTTP_FILTERS:
        if (asked := http_filter.of_route(plan)) is not None:
            pack(target.typed_per_filter_config[asked.name], asked.config)
    metadata.set_config(target, plan.origin)


@functools.lru_cache(maxsize=1 << 16)
def member(plan: VirtualHost) -> bytes:
    """Return the encoded field `virtual_hosts` of one of them."""
    return wire.field(VIRTUAL_HOSTS, virtual_host(plan))


def settings(name: str) -> bytes:
    """Return what the table of this name says beside its name and its virtual hosts."""
    return _settings(not name.startswith("inbound|"))


@functools.lru_cache(maxsize=2)
def _settings(any_port: bool) -> bytes:
    """What all route tables say. `any_port`: a Host header's port does not matter, the connection's does."""
    settings = message("envoy.config.route.v3.RouteConfiguration")(ignore_port_in_host_matching=any_port)
    settings.validate_clusters.value = False
    settings.max_direct_response_body_size_bytes.value = _LARGEST_BODY
    return encode(settings)

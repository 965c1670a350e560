"""Filter chains: which connections, what TLS, which filters."""

from typing import Any

from lateen.envoy import metadata, server_tls
from lateen.envoy.fields import extend, several
from lateen.envoy.network_filters import NETWORK_FILTERS
from lateen.plan.listener import Chain, ChainMatch, HttpProxy, Listener

_EVERYTHING = ChainMatch()


def chain(target: Any, plan: Chain, listener: Listener, trust_domain: str) -> None:
    """Fill an envoy.config.listener.v3.FilterChain."""
    target.name = plan.name
    if plan.match != _EVERYTHING:
        _match(target.filter_chain_match, plan.match)
    if plan.tls is not None:
        socket = server_tls.downstream(plan.tls, isinstance(plan.proxy, HttpProxy), trust_domain)
        target.transport_socket.MergeFromString(socket)
    for build in NETWORK_FILTERS:
        for extension in several(build(plan, listener)):
            extend(target.filters.add(), extension)
    metadata.set_config(target, plan.origin)


def _match(target: Any, plan: ChainMatch) -> None:
    if plan.port:
        target.destination_port.value = plan.port
    for prefix in plan.prefixes:
        address, _, length = prefix.partition("/")
        added = target.prefix_ranges.add(address_prefix=address)
        added.prefix_len.value = int(length) if length else 128 if ":" in address else 32
    target.server_names.extend(plan.server_names)
    target.transport_protocol = plan.transport
    target.application_protocols.extend(plan.alpn)

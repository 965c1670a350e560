"""Listeners: where a proxy accepts, and its chains."""

from lateen.envoy import metadata
from lateen.envoy.access_loggers import log_unmatched
from lateen.envoy.chain import chain
from lateen.envoy.datagrams import accept_datagrams
from lateen.envoy.fields import encode, milliseconds, socket_address
from lateen.envoy.inspectors import inspect
from lateen.plan.listener import Listener
from lateen.proto.descriptors import message


def listener(plan: Listener, trust_domain: str) -> bytes:
    """Return the encoded Listener."""
    built = message("envoy.config.listener.v3.Listener")(name=plan.name, traffic_direction=plan.direction)
    socket_address(built.address, plan.address, plan.port)
    if plan.datagrams is not None:
        accept_datagrams(built, plan.datagrams)
        metadata.set_config(built, plan.origin)
        return encode(built)
    if not plan.bind:
        built.bind_to_port.value = False
    if plan.use_original_dst:
        built.use_original_dst.value = True
    if plan.filters:
        inspect(built, plan)
        milliseconds(built.listener_filters_timeout, plan.filters_timeout_ms)
        built.continue_on_listener_filters_timeout = True
    for each in plan.chains:
        chain(built.filter_chains.add(), each, plan, trust_domain)
    if plan.default_chain is not None:
        chain(built.default_filter_chain, plan.default_chain, plan, trust_domain)
    log_unmatched(built.access_log, plan)
    metadata.set_config(built, plan.origin)
    return encode(built)

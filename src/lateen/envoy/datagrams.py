"""Datagrams: a listener of UDP, and which upstream a client's go to.

Envoy's UDP proxy knows no weights; its matcher does: a fraction of the clients' ports, by their hash, goes here, and
the rest there. A client's port is a session, so its datagrams stay together.
https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/udp_filters/udp_proxy
"""

from itertools import accumulate
from typing import Any

from lateen.envoy.fields import Extension, extend
from lateen.plan.listener import DatagramProxy
from lateen.proto.descriptors import message

_UDP = "envoy.extensions.filters.udp.udp_proxy.v3."
_MILLION = 1_000_000


def accept_datagrams(listener: Any, plan: DatagramProxy) -> None:
    """Have a listener take UDP, and proxy it."""
    listener.address.socket_address.protocol = "UDP"
    listener.udp_listener_config.SetInParent()
    config = message(_UDP + "UdpProxyConfig")(stat_prefix=plan.stat_prefix)
    total = sum(weight for _, weight in plan.upstreams)
    *shared, (last, _) = plan.upstreams
    bounds = accumulate(weight for _, weight in shared)
    for (upstream, _), bound in zip(shared, bounds, strict=True):
        _share(config.matcher.matcher_list.matchers.add(), upstream, _MILLION * bound // total)
    _send(config.matcher.on_no_match, last)
    extend(listener.listener_filters.add(), Extension("envoy.filters.udp_listener.udp_proxy", config))


def _share(matcher: Any, upstream: str, bound: int) -> None:
    """The hashes below a bound; each sees what earlier ones left, for all hash alike."""
    single = matcher.predicate.single_predicate
    port = message("envoy.extensions.matching.common_inputs.network.v3.SourcePortInput")()
    extend(single.input, Extension("envoy.matching.inputs.source_port", port))
    fraction = message("envoy.extensions.matching.input_matchers.runtime_fraction.v3.RuntimeFraction")(seed=1)
    fraction.runtime_fraction.runtime_key = "lateen.datagrams"
    fraction.runtime_fraction.default_value.numerator = bound
    fraction.runtime_fraction.default_value.denominator = "MILLION"
    extend(single.custom_match, Extension("envoy.matching.matchers.runtime_fraction", fraction))
    _send(matcher.on_match, upstream)


def _send(match: Any, upstream: str) -> None:
    extend(match.action, Extension("route", message(_UDP + "Route")(cluster=upstream)))

"""Listener filters: recover the original destination, look into first bytes only where a chain asks."""

from collections.abc import Iterable
from typing import Any

from lateen.envoy.fields import Extension, extend
from lateen.plan.listener import ChainMatch, Listener, ListenerFilter
from lateen.proto.descriptors import message

_FILTERS: dict[ListenerFilter, str] = {
    "original_dst": "envoy.extensions.filters.listener.original_dst.v3.OriginalDst",
    "tls_inspector": "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector",
    "http_inspector": "envoy.extensions.filters.listener.http_inspector.v3.HttpInspector",
}
_HTTP = frozenset(("http/1.0", "http/1.1", "h2c"))


def inspect(target: Any, listener: Listener) -> None:
    """Set the `listener_filters` of a Listener.

    An inspector waits for the client's first bytes. It is switched off for ports whose chains do not depend
    on what it finds, or a server that speaks first would never be heard there.
    """
    for name in listener.filters:
        added = target.listener_filters.add()
        extend(added, Extension(f"envoy.filters.listener.{name}", message(_FILTERS[name])()))
        if name != "original_dst" and (ports := _ports_without(name, listener)):
            _disable(added.filter_disabled, ports)


def _ports_without(name: ListenerFilter, listener: Listener) -> list[int]:
    needs = _needs_http if name == "http_inspector" else _needs_tls
    matches = [chain.match for chain in listener.chains if chain.match.port]
    asking = {match.port for match in matches if needs(match)}
    return sorted({match.port for match in matches} - asking)


def _needs_tls(match: ChainMatch) -> bool:
    return bool(match.transport or match.server_names or not _HTTP.issuperset(match.alpn))


def _needs_http(match: ChainMatch) -> bool:
    return not _HTTP.isdisjoint(match.alpn)


def _disable(predicate: Any, ports: Iterable[int]) -> None:
    """A chain match with a port is final in Envoy: no chain without a port is tried for it."""
    ranges = [(port, port + 1) for port in ports]
    rules = [predicate] if len(ranges) == 1 else [predicate.or_match.rules.add() for _ in ranges]
    for rule, (start, end) in zip(rules, ranges, strict=True):
        rule.destination_port_range.start, rule.destination_port_range.end = start, end

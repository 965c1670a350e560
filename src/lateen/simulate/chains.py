"""Which filter chain takes a connection.

Envoy narrows the chains criterion by criterion, keeping only the closest at each, and never goes back.
https://www.envoyproxy.io/docs/envoy/v1.40.0/api-v3/config/listener/v3/listener_components.proto#config-listener-v3-filterchainmatch
"""

from collections.abc import Callable, Iterable
from ipaddress import ip_address, ip_network
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from lateen.simulate.call import Call


class Connection(Struct, frozen=True, kw_only=True):
    """A connection as the listener's filters see it."""

    address: str
    port: int
    server_name: str = ""
    transport: str = "raw_buffer"
    alpn: tuple[str, ...] = ()


def inspect(call: Call, listener: Any) -> Connection:
    """Look at a connection as a listener's filters do: without an inspector, TLS and HTTP are just bytes."""
    seen = Connection(address=call.address, port=call.port)
    if call.tls != "plaintext" and _inspects(listener, "tls_inspector", call.port):
        return replace(seen, server_name=call.server_name.lower(), transport="tls", alpn=call.offered)
    if call.tls == "plaintext" and _inspects(listener, "http_inspector", call.port):
        return replace(seen, alpn=_SNIFFED[call.protocol])
    return seen


def _inspects(listener: Any, name: str, port: int) -> bool:
    found = (each for each in listener.listener_filters if each.name == f"envoy.filters.listener.{name}")
    return any(not (each.HasField("filter_disabled") and _holds(each.filter_disabled, port)) for each in found)


def _holds(predicate: Any, port: int) -> bool:
    match predicate.WhichOneof("rule"):
        case "destination_port_range":
            return port in range(predicate.destination_port_range.start, predicate.destination_port_range.end)
        case "or_match":
            return any(_holds(rule, port) for rule in predicate.or_match.rules)
        case "any_match":
            return True
    return False


_SNIFFED: dict[str, tuple[str, ...]] = {"http": ("http/1.1",), "http2": ("h2c",), "tcp": ()}

# How close a match is to a connection: a larger number is closer, None does not match.
_Criterion = Callable[[Any, Connection], int | None]


def candidates(listener: Any, connection: Connection) -> list[Any]:
    """Return the chains that match; more than one only where Envoy would refuse the listener."""
    found = list(listener.filter_chains)
    for criterion in _CRITERIA:
        ranked = [(criterion(chain.filter_chain_match, connection), chain) for chain in found]
        best = max((rank for rank, _ in ranked if rank is not None), default=None)
        found = [chain for rank, chain in ranked if rank is not None and rank == best]
    return found


def _port(match: Any, connection: Connection) -> int | None:
    if not match.HasField("destination_port"):
        return 0
    return 1 if match.destination_port.value == connection.port else None


def _address(match: Any, connection: Connection) -> int | None:
    if not match.prefix_ranges:
        return -1
    address = ip_address(connection.address)
    blocks = (
        ip_network(f"{each.address_prefix}/{each.prefix_len.value}", strict=False) for each in match.prefix_ranges
    )
    return _closest(block.prefixlen for block in blocks if block.version == address.version and address in block)


def _server_name(match: Any, connection: Connection) -> int | None:
    if not match.server_names:
        return 0
    name = connection.server_name
    exact = (len(name) + 1 for each in match.server_names if each == name)
    wild = (len(each) for each in match.server_names if each.startswith("*.") and name.endswith(each[1:]))
    return _closest([*exact, *wild]) if name else None


def _transport(match: Any, connection: Connection) -> int | None:
    if not match.transport_protocol:
        return 0
    return 1 if match.transport_protocol == connection.transport else None


def _alpn(match: Any, connection: Connection) -> int | None:
    if not match.application_protocols:
        return -len(connection.alpn) - 1
    return _closest(-at for at, each in enumerate(connection.alpn) if each in match.application_protocols)


def _closest(ranks: Iterable[int]) -> int | None:
    return max(ranks, default=None)


_CRITERIA: tuple[_Criterion, ...] = (_port, _address, _server_name, _transport, _alpn)

"""The walk: from the listener that takes a connection to the endpoint that gets the request."""

from collections.abc import Iterable
from typing import Any

from lateen.base.refs import Origin
from lateen.proto import types
from lateen.simulate.call import Call, Outcome
from lateen.simulate.chains import candidates, inspect
from lateen.simulate.checks import KINDS, of_connection, passes
from lateen.simulate.endpoints import choose
from lateen.simulate.http import serve
from lateen.simulate.proxy import Proxy, unpack
from lateen.simulate.trail import Trail

_CAPTURED = {"outbound": 15001, "inbound": 15006}
_HTTP = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
_TCP_SOCKET = 0
_TCP = "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy"


def simulate(proxy: Proxy, call: Call) -> Outcome:
    """Say what becomes of a call that reaches a proxy."""
    trail = Trail()
    listener = _accept(proxy, call)
    if listener is None:
        where = f"captured {call.mode}" if call.mode in _CAPTURED else f"port {call.port}"
        trail.fail("listener", "no listener", f"no listener takes connections {where}")
        return trail.outcome
    origin = proxy.origin_of(types.LISTENER, listener.name)
    trail.step("listener", listener.name, f"it is for {call.address}:{call.port}", origin, listener=listener.name)
    _enter(proxy, listener, call, trail)
    return trail.outcome


def _accept(proxy: Proxy, call: Call) -> Any | None:
    """Captured connections arrive at the proxy's own port; `use_original_dst` hands them to a listener for where
    they were going, if there is one."""
    listeners = list(proxy.listeners())
    entry = _at(listeners, ("0.0.0.0", "::", call.address), _CAPTURED.get(call.mode, call.port), bound=True)
    if entry is not None and entry.use_original_dst.value:
        return _at(listeners, (call.address, "0.0.0.0", "::"), call.port, bound=False) or entry
    return entry


def _at(listeners: Iterable[Any], addresses: Iterable[str], port: int, *, bound: bool) -> Any | None:
    known = {
        (each.address.socket_address.address, each.address.socket_address.port_value): each
        for each in listeners
        if each.address.socket_address.protocol == _TCP_SOCKET
        if not each.HasField("bind_to_port") or each.bind_to_port.value or not bound
    }
    return next((known[address, port] for address in addresses if (address, port) in known), None)


def _enter(proxy: Proxy, listener: Any, call: Call, trail: Trail) -> None:
    found = candidates(listener, inspect(call, listener))
    if len(found) > 1:
        names = ", ".join(each.name for each in found)
        trail.fail("filter chain", "ambiguous filter chains", f"several match: {names}")
        return
    if not found and not listener.HasField("default_filter_chain"):
        trail.fail("filter chain", "no filter chain", f"no chain of {listener.name} matches: the connection is closed")
        return
    chain = found[0] if found else listener.default_filter_chain
    why = "the closest match" if found else "the default: no other matches"
    trail.step("filter chain", chain.name, why, proxy.chain_origin(listener.name, chain.name), chain=chain.name)
    encrypted = _decrypt(chain, call, trail)
    if encrypted is not None:
        _hand_on(proxy, chain, call, encrypted, trail)


def _decrypt(chain: Any, call: Call, trail: Trail) -> bool | None:
    """Say whether TLS ends at this chain; None when there is no handshake."""
    if not chain.HasField("transport_socket"):
        return False
    context = unpack(chain.transport_socket.typed_config)
    if call.tls == "plaintext":
        trail.fail("TLS", "TLS error", "the chain speaks TLS, and the client does not")
        return None
    if context.require_client_certificate.value and call.tls != "mtls":
        trail.fail("TLS", "mutual TLS error", "the chain asks for a certificate, and the client has none")
        return None
    kind = "mutual TLS" if context.require_client_certificate.value else "TLS"
    trail.step("TLS", kind, "it ends here")
    return True


def _hand_on(proxy: Proxy, chain: Any, call: Call, encrypted: bool, trail: Trail) -> None:
    if not passes(proxy, chain.filters, of_connection(call, encrypted), trail, answer=0):
        return
    for each in chain.filters:
        match types.message_name(each.typed_config.type_url):
            case name if name == _HTTP:
                if call.protocol == "tcp" or (call.tls != "plaintext" and not encrypted):
                    why = "the chain understands HTTP, and these bytes are none"
                    trail.fail("filter", "protocol error", why, status=400)
                    return
                serve(proxy, unpack(each.typed_config), call, encrypted, trail)
            case name if name == _TCP:
                _carry(proxy, unpack(each.typed_config), call, trail)
            case name if name in KINDS:
                pass
            case _:
                trail.step("filter", each.name, "what it does is not simulated")


def _carry(proxy: Proxy, tcp: Any, call: Call, trail: Trail) -> None:
    weighted = tuple((each.name, each.weight) for each in tcp.weighted_clusters.clusters)
    clusters = weighted or ((tcp.cluster, 100),)
    trail.step("filter", "envoy.filters.network.tcp_proxy", "bytes are carried", Origin(), clusters=clusters)
    choose(proxy, clusters[0][0], call, trail, answer=0)

"""How the names of a pod, or of a machine, are resolved: inside its own network, as it would ask itself."""

import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from lateen.node.capture import AGENT_MARK, DNS_PORT
from lateen.node.dns_listener import bound_socket
from lateen.node.dns_proxy import DnsSettings, Sockets
from lateen.node.feed import Speaker
from lateen.node.proxy_facts import ProxyFacts
from lateen.node.resolvers import Resolvers
from lateen.runtime.netns import call_in, listening_socket

_ADDRESSES = ("127.0.0.1", "::1")
_SO_MARK = 36


def is_on(env: Mapping[str, str], name: str) -> bool:
    """Say whether a proxy's variable is on: it is, unless it says otherwise."""
    return env.get(name, "true").strip().lower() not in ("false", "0", "f")


def names_at(netns: Path, facts: ProxyFacts, resolvers: Sequence[tuple[str, int]]) -> DnsSettings:
    """Return how names are resolved in a network whose own `resolvers` (address, port) are asked for all others."""
    return _settings(facts, resolvers, lambda kind: agent_socket(netns, kind), lambda: dns_sockets(netns))


def names_here(facts: ProxyFacts, resolvers: Sequence[tuple[str, int]]) -> DnsSettings:
    """Return how names are resolved in this process's own network, where it runs as the proxy's user: no right is
    needed, and nothing that it asks is captured."""
    return _settings(facts, resolvers, lambda kind: socket.socket(socket.AF_INET, kind), lambda: _sockets(DNS_PORT))


def _settings(
    facts: ProxyFacts,
    resolvers: Sequence[tuple[str, int]],
    asking: Callable[[socket.SocketKind], socket.socket],
    asked: Callable[[], Sockets],
) -> DnsSettings:
    return DnsSettings(facts.domain, Speaker(facts.node_id, facts.dns_metadata), Resolvers(resolvers, asking), asked)


def dns_sockets(netns: Path, port: int = DNS_PORT) -> Sockets:
    """Make the sockets of a DNS proxy, for datagrams and for streams, on the loopback addresses that there are.

    Raises OSError when none can be had of 127.0.0.1.
    """
    return call_in(netns, lambda: _sockets(port))


def _sockets(port: int) -> Sockets:
    udp: list[socket.socket] = []
    tcp: list[socket.socket] = []
    try:
        udp.append(bound_socket(_ADDRESSES[0], port))
        tcp.append(listening_socket(_ADDRESSES[0], port))
        with suppress(OSError):  # a machine without IPv6
            udp.append(bound_socket(_ADDRESSES[1], port))
            tcp.append(listening_socket(_ADDRESSES[1], port))
    except BaseException:
        for each in (*udp, *tcp):
            each.close()
        raise
    return udp, tcp


def agent_socket(netns: Path, kind: socket.SocketKind) -> socket.socket:
    """Make a socket whose traffic the pod's capture rules let pass. Raises OSError."""

    def marked() -> socket.socket:
        made = socket.socket(socket.AF_INET, kind)
        made.setsockopt(socket.SOL_SOCKET, _SO_MARK, AGENT_MARK)
        return made

    return call_in(netns, marked)

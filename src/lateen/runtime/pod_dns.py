"""The agent's sockets in a pod's network: on which the pod's DNS queries arrive, and from which it asks on."""

import socket
from contextlib import suppress
from pathlib import Path

from lateen.node.capture import AGENT_MARK, DNS_PORT
from lateen.node.dns_listener import bound_socket
from lateen.node.dns_proxy import Sockets
from lateen.runtime.netns import call_in, listen_in

_ADDRESSES = ("127.0.0.1", "::1")
_SO_MARK = 36


def dns_sockets(netns: Path, port: int = DNS_PORT) -> Sockets:
    """Make the sockets of a DNS proxy, for datagrams and for streams, on the loopback addresses that there are.

    Raises OSError when none can be had of 127.0.0.1.
    """
    udp, tcp = [], []
    try:
        udp.append(call_in(netns, lambda: bound_socket(_ADDRESSES[0], port)))
        tcp.append(listen_in(netns, _ADDRESSES[0], port))
        with suppress(OSError):  # a machine without IPv6
            udp.append(call_in(netns, lambda: bound_socket(_ADDRESSES[1], port)))
            tcp.append(listen_in(netns, _ADDRESSES[1], port))
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

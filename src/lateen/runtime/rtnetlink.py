"""Network interfaces, addresses and routes of the namespace that the caller is in, by rtnetlink(7)."""

import os
import socket
import struct
from typing import Self

_NEWLINK, _DELLINK, _NEWADDR, _NEWROUTE = 16, 17, 20, 24
_REQUEST, _ACK, _EXCL, _CREATE = 0x1, 0x4, 0x200, 0x400
_MAKE = _REQUEST | _ACK | _CREATE | _EXCL
_CHANGE = _REQUEST | _ACK
_ERROR = 2
_HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence, port

_UP = 1
_IFLA_IFNAME, _IFLA_LINKINFO, _IFLA_NET_NS_FD = 3, 18, 28
_INFO_KIND, _INFO_DATA, _VETH_PEER = 1, 2, 1
_IFA_ADDRESS, _IFA_LOCAL = 1, 2
_RTA_DST, _RTA_OIF, _RTA_GATEWAY, _RTA_PREFSRC = 1, 4, 5, 7
_TABLE_MAIN, _PROTO_BOOT = 254, 3
_UNIVERSE, _LINK, _UNICAST, _UNREACHABLE, _ONLINK = 0, 253, 1, 7, 4


class Links:
    """An open rtnetlink socket. Every method raises OSError as the kernel answers."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 0)
        self._socket.bind((0, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def add_veth(self, name: str, peer: str, peer_namespace: int) -> None:
        """Make a pair: `name` here, `peer` in the namespace that the descriptor is open on."""
        other = _link() + _text(_IFLA_IFNAME, peer) + _number(_IFLA_NET_NS_FD, peer_namespace)
        data = _nested(_INFO_DATA, _attribute(_VETH_PEER, other))
        info = _nested(_IFLA_LINKINFO, _text(_INFO_KIND, "veth") + data)
        self._ask(_NEWLINK, _MAKE, _link() + _text(_IFLA_IFNAME, name) + info)

    def delete(self, name: str) -> None:
        """Remove an interface, and its peer with it."""
        self._ask(_DELLINK, _CHANGE, _link() + _text(_IFLA_IFNAME, name))

    def up(self, name: str) -> None:
        self._ask(_NEWLINK, _CHANGE, _link(flags=_UP) + _text(_IFLA_IFNAME, name))

    def address(self, name: str, address: str) -> None:
        """Give an interface an address such as 10.244.0.1/16."""
        ip, _, length = address.partition("/")
        packed = socket.inet_aton(ip)
        head = struct.pack("=BBBBI", socket.AF_INET, int(length), 0, 0, socket.if_nametoindex(name))
        body = _attribute(_IFA_LOCAL, packed) + _attribute(_IFA_ADDRESS, packed)
        self._ask(_NEWADDR, _MAKE, head + body)

    def route(self, destination: str, interface: str, *, via: str = "", source: str = "") -> None:
        """Send what goes to `destination` (0.0.0.0/0: everything) out of `interface`, to `via` when given.

        `via` need not be in a network of the interface's own. `source`: the address that own packets get.
        """
        scope, flags = (_UNIVERSE, _ONLINK) if via else (_LINK, 0)
        body = _number(_RTA_OIF, socket.if_nametoindex(interface))
        body += _attribute(_RTA_GATEWAY, socket.inet_aton(via)) if via else b""
        body += _attribute(_RTA_PREFSRC, socket.inet_aton(source)) if source else b""
        self._route(destination, scope, _UNICAST, flags, body)

    def no_route(self, destination: str) -> None:
        """Answer at once that what goes to `destination` is unreachable, but for routes to parts of it."""
        self._route(destination, _UNIVERSE, _UNREACHABLE, 0, b"")

    def _route(self, destination: str, scope: int, kind: int, flags: int, body: bytes) -> None:
        ip, _, length = destination.partition("/")
        head = (socket.AF_INET, int(length), 0, 0, _TABLE_MAIN, _PROTO_BOOT, scope, kind, flags)
        if int(length):
            body = _attribute(_RTA_DST, socket.inet_aton(ip)) + body
        self._ask(_NEWROUTE, _MAKE, struct.pack("=BBBBBBBBI", *head) + body)

    def _ask(self, kind: int, flags: int, body: bytes) -> None:
        self._socket.send(_HEADER.pack(_HEADER.size + len(body), kind, flags, 1, 0) + body)
        answer = self._socket.recv(65536)
        _, answer_kind, _, _, _ = _HEADER.unpack_from(answer)
        (error,) = struct.unpack_from("=i", answer, _HEADER.size)
        if answer_kind == _ERROR and error:
            raise OSError(-error, os.strerror(-error))


def _link(flags: int = 0) -> bytes:
    return struct.pack("=BxHiII", socket.AF_UNSPEC, 0, 0, flags, flags)


def _attribute(kind: int, payload: bytes) -> bytes:
    length = 4 + len(payload)
    return struct.pack("=HH", length, kind) + payload + bytes(-length % 4)


def _nested(kind: int, payload: bytes) -> bytes:
    return _attribute(kind | 0x8000, payload)


def _text(kind: int, value: str) -> bytes:
    return _attribute(kind, value.encode() + b"\0")


def _number(kind: int, value: int) -> bytes:
    return _attribute(kind, struct.pack("=I", value))

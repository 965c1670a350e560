"""A DNS proxy on real sockets of this machine's loopback, with a control plane that has one name."""

import os
import socket
from typing import Any

import dns.asyncquery
import dns.message
import dns.rcode
from name_streams import SPEAKER, Plane, name

from lateen.base.clock import SystemClock
from lateen.node.dns_listener import bound_socket
from lateen.node.dns_proxy import DnsProxy, DnsSettings, Sockets
from lateen.node.resolvers import Resolvers


class Place:
    """Sockets at one port, free or the same again, of an address of this process: nobody else's connection has it."""

    def __init__(self) -> None:
        self.address = f"127.1.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"
        self.port = 0

    def sockets(self) -> Sockets:
        udp = bound_socket(self.address, self.port)
        self.port = udp.getsockname()[1]
        tcp = socket.create_server((self.address, self.port))
        tcp.setblocking(False)
        return [udp], [tcp]


async def serve(plane: Plane, place: Place) -> DnsProxy:
    nobody: Any = lambda kind: socket.socket(socket.AF_INET, kind)  # noqa: E731
    settings = DnsSettings("shop.svc.cluster.local", SPEAKER, Resolvers([], nobody), place.sockets)
    made = DnsProxy(settings, plane.open, SystemClock())
    await made.start()
    return made


async def ask(place: Place, host: str) -> list[str]:
    query = dns.message.make_query(host, "A")
    answers = [await each(query, place.address, 5, place.port) for each in (dns.asyncquery.udp, dns.asyncquery.tcp)]
    texts = {
        (dns.rcode.to_text(one.rcode()), *(str(record) for each in one.answer for record in each)) for one in answers
    }
    (text,) = texts
    return list(text)


async def test_it_answers_by_datagram_and_stream_and_again_after_a_restart() -> None:
    plane, place = Plane(), Place()
    plane.view.commit({"db.example.com": name("db.example.com", "240.240.0.1")})
    for _ in range(2):
        proxy = await serve(plane, place)
        try:
            assert await ask(place, "db.example.com") == ["NOERROR", "240.240.0.1"]
            assert await ask(place, "www.example.org") == ["SERVFAIL"]
        finally:
            await proxy.close()

import asyncio
import socket

from lateen.runtime.resolvers import Resolvers, nameservers


class Echo(asyncio.DatagramProtocol):
    """Answers with what it got, after an answer to another query."""

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        self.transport.sendto(b"\xff\xff" + data[2:], addr)
        self.transport.sendto(data + b"!", addr)


def udp():
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


async def server():
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Echo, local_addr=("127.0.0.1", 0))
    return transport, transport.get_extra_info("sockname")


async def test_the_answer_to_another_query_is_not_taken():
    transport, address = await server()
    assert await Resolvers([address], udp).ask(b"\0\1query") == b"\0\1query!"
    transport.close()


async def test_the_next_resolver_is_asked_when_one_refuses():
    transport, address = await server()
    with udp() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = closed.getsockname()
    assert await Resolvers([nobody, address], udp).ask(b"\0\1query") == b"\0\1query!"
    transport.close()


async def test_without_resolvers_there_is_no_answer():
    assert await Resolvers([], udp).ask(b"\0\1query") is None


def test_only_ipv4_name_servers_are_read():
    text = "# nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver fd00::1\nsearch x\nnameserver\t192.0.2.3 \n"
    assert nameservers(text) == [("192.0.2.2", 53), ("192.0.2.3", 53)]

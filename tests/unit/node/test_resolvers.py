import asyncio
import socket

from lateen.node.resolvers import Resolvers, nameservers


class Echo(asyncio.DatagramProtocol):
    """Answers with what it got, after an answer to another query."""

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        self.transport.sendto(b"\xff\xff" + data[2:], addr)
        self.transport.sendto(data + b"!", addr)


def open_socket(kind):
    return socket.socket(socket.AF_INET, kind)


async def server():
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Echo, local_addr=("127.0.0.1", 0))
    return transport, transport.get_extra_info("sockname")


async def test_the_answer_to_another_query_is_not_taken():
    transport, address = await server()
    assert await Resolvers([address], open_socket).ask(b"\0\1query") == b"\0\1query!"
    transport.close()


async def test_the_next_resolver_is_asked_when_one_refuses():
    transport, address = await server()
    with open_socket(socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = closed.getsockname()
    assert await Resolvers([nobody, address], open_socket).ask(b"\0\1query") == b"\0\1query!"
    transport.close()


async def test_a_stream_carries_what_is_long():
    async def answer(reader, writer):
        query = await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
        writer.write((30_000).to_bytes(2) + query + bytes(30_000 - len(query)))
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as tcp:
        resolvers = Resolvers([tcp.sockets[0].getsockname()], open_socket)
        assert len(await resolvers.ask(b"\0\1query", stream=True)) == 30_000


async def test_a_stream_that_breaks_off_is_no_answer():
    async def end(reader, writer):
        writer.close()

    async with await asyncio.start_server(end, "127.0.0.1", 0) as tcp:
        resolvers = Resolvers([tcp.sockets[0].getsockname()], open_socket)
        assert await resolvers.ask(b"\0\1query", stream=True) is None


async def test_without_resolvers_there_is_no_answer():
    assert await Resolvers([], open_socket).ask(b"\0\1query") is None


def test_only_ipv4_name_servers_are_read():
    text = "# nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver fd00::1\nsearch x\nnameserver\t192.0.2.3 \n"
    assert nameservers(text) == [("192.0.2.2", 53), ("192.0.2.3", 53)]

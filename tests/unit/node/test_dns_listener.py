"""Queries over real sockets of this machine's loopback."""

import asyncio
import socket
from collections.abc import AsyncIterator

import dns.asyncquery
import dns.message
import dns.rcode
import pytest

from lateen.node.dns_listener import DnsListener, bound_socket
from lateen.node.dns_message import SMALLEST, read_query, response_to


async def refuse(wire: bytes, size: int) -> bytes | None:
    """Answers by datagram REFUSED, by stream NXDOMAIN; to what is no query nothing."""
    query = read_query(wire)
    code = dns.rcode.REFUSED if size == SMALLEST else dns.rcode.NXDOMAIN
    return response_to(query, code).to_wire() if query else None


def one_port_of_both() -> tuple[socket.socket, socket.socket]:
    """Datagrams and streams on one port, which others of this machine may have taken for streams."""
    while True:
        udp = bound_socket("127.0.0.1", 0)
        try:
            tcp = socket.create_server(udp.getsockname())
        except OSError:
            udp.close()
            continue
        tcp.setblocking(False)
        return udp, tcp


@pytest.fixture
async def port() -> AsyncIterator[int]:
    udp, tcp = one_port_of_both()
    listener = DnsListener(refuse)
    await listener.start([udp], [tcp])
    yield tcp.getsockname()[1]
    await listener.close()


async def test_a_datagram_is_answered(port: int) -> None:
    query = dns.message.make_query("a.example.com", "A")
    assert (await dns.asyncquery.udp(query, "127.0.0.1", 5, port)).rcode() == dns.rcode.REFUSED


async def test_a_stream_carries_several_queries(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for name in ("a.example.com", "b.example.com"):
        query = dns.message.make_query(name, "A").to_wire()
        writer.write(len(query).to_bytes(2) + query)
        answer = await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
        assert dns.message.from_wire(answer).rcode() == dns.rcode.NXDOMAIN
    writer.close()
    await writer.wait_closed()


async def test_what_is_no_query_ends_the_stream(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write((4).to_bytes(2) + b"none")
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()


def test_a_socket_is_of_the_address_family() -> None:
    with bound_socket("127.0.0.1", 0) as made:
        assert made.family == socket.AF_INET

"""A published port carries connections as they are: both directions, their ends, their breaks."""

import asyncio
import socket
import struct
from contextlib import suppress

import pytest

from lateen.base.errors import LateenError
from lateen.runtime.netns import listen_in
from lateen.runtime.publish import Publication


@pytest.fixture
async def published(network):
    """Publish a port of a pod whose connections `handle` serves."""
    opened = []

    async def publish(handle):
        pod = network.add_pod("a")
        opened.append(await asyncio.start_server(handle, sock=listen_in(pod.path, "0.0.0.0", 80)))
        made = await Publication.open(network.host, network.path, 0, lambda: (pod.ip, 80))
        opened.append(made)
        return await asyncio.open_connection("127.0.0.1", made.port)

    yield publish
    for each in opened:
        if asyncio.iscoroutine(waiting := each.close()):
            await waiting


async def test_a_megabyte_goes_there_and_back(published):
    async def echo(reader, writer):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
        writer.close()

    reader, writer = await published(echo)
    data = bytes(range(256)) * 4096
    writer.write(data)
    writer.write_eof()
    assert await reader.read() == data
    writer.close()


async def test_one_direction_may_end_first(published):
    async def after_all(reader, writer):
        asked = await reader.read()
        writer.write(b"you said " + asked)
        writer.close()

    reader, writer = await published(after_all)
    writer.write(b"all")
    writer.write_eof()
    assert await reader.read() == b"you said all"
    writer.close()


async def test_a_break_is_a_break_on_the_other_side(published):
    async def reset(reader, writer):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    reader, writer = await published(reset)
    with pytest.raises(ConnectionResetError):
        await reader.read()
    writer.close()


async def test_a_slow_receiver_slows_the_sender(published):
    go = asyncio.Event()
    sent = 0

    async def pour(reader, writer):
        nonlocal sent
        while sent < 64 << 20 and not go.is_set():
            writer.write(bytes(1 << 20))
            sent += 1 << 20
            await writer.drain()
        writer.close()

    reader, writer = await published(pour)
    await reader.read(1)
    before = -1
    while before != sent:  # nothing is read any more: sooner or later nothing is sent any more
        before = sent
        await asyncio.sleep(0.3)
    assert sent < 64 << 20
    go.set()
    writer.transport.abort()


async def test_without_a_target_connections_are_closed(network):
    published = await Publication.open(network.host, network.path, 0, lambda: None)
    reader, writer = await asyncio.open_connection("127.0.0.1", published.port)
    with suppress(ConnectionResetError):
        assert await reader.read() == b""
    writer.close()
    await published.close()


async def test_who_has_the_port_is_named(network):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(LateenError, match=r"taken by .+ \(process \d+\)"):
            await Publication.open(network.host, network.path, port, lambda: None)

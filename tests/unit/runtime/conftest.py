import asyncio
import socket

import pytest

from lateen.runtime.inside import Inside


@pytest.fixture
async def inside():
    """The machine's own network seen as a pod's."""
    made = Inside("127.0.0.1", lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM))
    yield made
    await made.close()


@pytest.fixture
async def http_server():
    """A server that answers with the status that its path names (200); `seen` are the heads of requests."""
    requests = []

    async def answer(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        requests.append(head)
        path = head.split()[1].strip("/")
        status = path if path.isdecimal() else "200"
        if path == "hang":
            await reader.read()
        else:
            writer.write(f"HTTP/1.1 {status} x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok".encode())
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    server.port, server.seen = server.sockets[0].getsockname()[1], requests
    yield server
    server.close()

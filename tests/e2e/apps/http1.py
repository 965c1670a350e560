"""HTTP/1.1 over asyncio's streams, as much of it as echo servers and their callers need: whole messages."""

import asyncio
from dataclasses import dataclass, field

Headers = list[tuple[str, str]]


@dataclass
class Message:
    """A request or a response; `start`: the three parts of its first line."""

    start: tuple[str, str, str]
    headers: Headers = field(default_factory=list)
    body: bytes = b""

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")


async def read(reader: asyncio.StreamReader, first: bytes = b"", *, bodiless: bool = False) -> Message | None:
    """The next message; None when the peer has closed. `first`: bytes that were read before; `bodiless`: no body comes."""
    head = first
    while not head.endswith(b"\r\n\r\n"):
        try:
            head += await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None
    lines = head.decode("latin-1").split("\r\n")[:-2]
    start = (*lines[0].split(" ", 2), "", "")[:3]
    message = Message(start, [(key, value.strip()) for key, _, value in (line.partition(":") for line in lines[1:])])
    if not bodiless:
        message.body = await _body(reader, message)
    return message


async def _body(reader: asyncio.StreamReader, message: Message) -> bytes:
    if "chunked" in message.header("transfer-encoding"):
        body = b""
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            body += await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readuntil(b"\r\n")
        return body
    if message.header("content-length"):
        return await reader.readexactly(int(message.header("content-length")))
    return b"" if not message.start[0].startswith("HTTP/") else await reader.read()


def encoded(message: Message) -> bytes:
    """The bytes of a message, with the length of its body."""
    headers = [*message.headers, ("content-length", str(len(message.body)))]
    lines = [" ".join(message.start), *(f"{key}: {value}" for key, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + message.body

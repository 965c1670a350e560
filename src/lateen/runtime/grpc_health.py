"""Ask grpc.health.v1.Health/Check over a connected socket: just enough of HTTP/2 for one call.

The call is made by hand because gRPC's own client cannot be given a socket, and the socket must be one of
the pod's namespace. Frames: RFC 9113; header block: RFC 7541, literals without indexing; message: 5-byte
prefix and protobuf.
"""

import asyncio
import socket
import struct

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _SETTINGS, _GOAWAY, _RESET = 0, 1, 4, 7, 3
_END_STREAM, _END_HEADERS, _ACK = 1, 4, 1
_SERVING = b"\x08\x01"


async def serving(connected: socket.socket, service: str) -> bool:
    """Say whether the server answers SERVING for `service` ("" = the whole server). Closes the socket."""
    reader, writer = await asyncio.open_connection(sock=connected)
    try:
        writer.write(_PREFACE + _frame(_SETTINGS, 0, 0, b"") + _request(service.encode()))
        await writer.drain()
        return await _answer(reader, writer) == _SERVING
    finally:
        writer.close()


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def _request(service: bytes) -> bytes:
    headers = {
        ":method": "POST",
        ":scheme": "http",
        ":path": "/grpc.health.v1.Health/Check",
        ":authority": "probe",
        "content-type": "application/grpc",
        "te": "trailers",
    }
    block = b"".join(b"\x00" + _text(name) + _text(value) for name, value in headers.items())
    message = b"\x0a" + bytes([len(service)]) + service if service else b""
    data = b"\x00" + struct.pack(">I", len(message)) + message
    return _frame(_HEADERS, _END_HEADERS, 1, block) + _frame(_DATA, _END_STREAM, 1, data)


def _text(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """The reply's protobuf bytes (they always fit the first DATA frame); b"" when the call failed."""
    while True:
        head = await reader.readexactly(9)
        size, kind, flags = int.from_bytes(head[:3], "big"), head[3], head[4]
        payload = await reader.readexactly(size)
        if kind == _DATA and size >= 5:
            return payload[5:]
        if kind == _SETTINGS and not flags & _ACK:
            writer.write(_frame(_SETTINGS, _ACK, 0, b""))
        elif kind in (_GOAWAY, _RESET) or (kind == _HEADERS and flags & _END_STREAM):
            return b""

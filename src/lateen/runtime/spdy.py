"""SPDY/3.1 as kubectl speaks it inside a WebSocket: frames of bytes, without any I/O.

Streams are opened by the client alone. There are no flow-control windows: kubectl's library has none.
https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from lateen.base.errors import LateenError

# What a peer may make us hold: of a frame, and of a block of headers when inflated.
LARGEST_FRAME = 1 << 20
LARGEST_HEADERS = 1 << 14

_SYN_STREAM, _SYN_REPLY, _RST_STREAM, _PING = 1, 2, 3, 6
_CONTROL = 0x80030000  # the first bit, and version 3
_FIN = 1

# The dictionary of header blocks (section 2.6.10.1): names, each behind its length, then frequent text.
_NAMES = (
    "options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow "
    "authorization cache-control connection content-base content-encoding content-language content-length "
    "content-location content-md5 content-range content-type date etag expect expires from host if-match "
    "if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma "
    "proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade "
    "user-agent vary via warning www-authenticate method get status 200_OK version HTTP/1.1 url public set-cookie "
    "keep-alive origin"
)
_TEXT = (
    "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505"
    "203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized"
    "403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service Unavailable"
    "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT"
    "chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,"
    "text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0."
)


def _sized(text: bytes) -> bytes:
    return struct.pack(">I", len(text)) + text


DICTIONARY = b"".join(_sized(name.replace("_", " ").encode()) for name in _NAMES.split()) + _TEXT.encode()


class SpdyError(LateenError):
    """The peer does not speak SPDY/3.1; the connection cannot go on."""


class Opened(NamedTuple):
    """The peer opened a stream. Header names are in lower case."""

    stream: int
    headers: Mapping[str, str]
    last: bool


class Data(NamedTuple):
    """Bytes of a stream; with `last` the peer sends no more on it."""

    stream: int
    data: bytes
    last: bool


class Reset(NamedTuple):
    """The peer gave a stream up."""

    stream: int


class Ping(NamedTuple):
    """The peer wants to hear `number` again."""

    number: int


Frame = Opened | Data | Reset | Ping


class Reader:
    """Turns what the peer sends into frames, however it is cut."""

    def __init__(self) -> None:
        self._rest = b""
        self._inflate = zlib.decompressobj(zdict=DICTIONARY)

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Yield the frames that are whole by now. Raises SpdyError."""
        self._rest += data
        while len(self._rest) >= 8:
            head, size = struct.unpack(">II", self._rest[:8])
            flags, length = size >> 24, size & 0xFFFFFF
            if length > LARGEST_FRAME:
                raise SpdyError(f"a frame of {length} bytes is larger than {LARGEST_FRAME}")
            if len(self._rest) < 8 + length:
                return
            body, self._rest = self._rest[8 : 8 + length], self._rest[8 + length :]
            if (frame := self._read(head, flags, body)) is not None:
                yield frame

    def _read(self, head: int, flags: int, body: bytes) -> Frame | None:
        last = bool(flags & _FIN)
        if not head & 0x80000000:
            return Data(head, body, last)
        if head >> 16 != _CONTROL >> 16:
            raise SpdyError(f"version {head >> 16 & 0x7FFF} of SPDY is not spoken, only 3")
        try:
            return self._control(head & 0xFFFF, last, body)
        except (struct.error, zlib.error, UnicodeDecodeError) as error:
            raise SpdyError(f"a control frame cannot be read: {error}") from None

    def _control(self, kind: int, last: bool, body: bytes) -> Frame | None:
        if kind == _SYN_STREAM:
            (stream,) = struct.unpack(">I", body[:4])
            return Opened(stream & 0x7FFFFFFF, self._headers(body[10:]), last)
        if kind == _RST_STREAM:
            return Reset(struct.unpack(">II", body)[0] & 0x7FFFFFFF)
        if kind == _PING:
            return Ping(struct.unpack(">I", body)[0])
        return None  # SETTINGS, GOAWAY, WINDOW_UPDATE: nothing follows from them here

    def _headers(self, block: bytes) -> dict[str, str]:
        plain = self._inflate.decompress(block, LARGEST_HEADERS)
        if self._inflate.unconsumed_tail:
            raise SpdyError(f"a block of headers is larger than {LARGEST_HEADERS} bytes")
        (count,) = struct.unpack(">I", plain[:4])
        texts = _texts(plain[4:])
        pairs = [(next(texts), next(texts)) for _ in range(min(count, LARGEST_HEADERS))]
        return {name.lower(): value for name, value in pairs}


def _texts(plain: bytes) -> Iterator[str]:
    while plain:
        (length,) = struct.unpack(">I", plain[:4])
        yield plain[4 : 4 + length].decode()
        plain = plain[4 + length :]
    raise SpdyError("a block of headers ends too early")


class Writer:
    """Writes frames. One per connection: header blocks are compressed one after another."""

    def __init__(self) -> None:
        self._deflate = zlib.compressobj(zdict=DICTIONARY)

    def open(self, stream: int, headers: Mapping[str, str]) -> bytes:
        """Open a stream."""
        return _control(_SYN_STREAM, struct.pack(">IIH", stream, 0, 0) + self._block(headers))

    def accept(self, stream: int) -> bytes:
        """Accept a stream that the peer opened."""
        return _control(_SYN_REPLY, struct.pack(">I", stream) + self._block({}))

    def _block(self, headers: Mapping[str, str]) -> bytes:
        pairs = b"".join(_sized(name.encode()) + _sized(value.encode()) for name, value in headers.items())
        plain = struct.pack(">I", len(headers)) + pairs
        return self._deflate.compress(plain) + self._deflate.flush(zlib.Z_SYNC_FLUSH)


def data(stream: int, content: bytes, *, last: bool = False) -> bytes:
    """Send bytes on a stream."""
    return struct.pack(">II", stream, (_FIN << 24 if last else 0) | len(content)) + content


def reset(stream: int) -> bytes:
    """Give a stream up (CANCEL)."""
    return _control(_RST_STREAM, struct.pack(">II", stream, 5))


def ping(number: int) -> bytes:
    """Send a ping, or the answer to one."""
    return _control(_PING, struct.pack(">I", number))


def _control(kind: int, body: bytes) -> bytes:
    return struct.pack(">II", _CONTROL | kind, len(body)) + body

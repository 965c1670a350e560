"""HTTP/2 over asyncio's streams, as much of it as echo servers and their callers need: whole messages, small ones."""

import asyncio
from dataclasses import dataclass, field

import h2.config
import h2.connection
import h2.events

Headers = list[tuple[str, str]]


@dataclass
class Message:
    """A request or a response: pseudo-headers are among the headers."""

    headers: Headers = field(default_factory=list)
    body: bytes = b""
    trailers: Headers = field(default_factory=list)

    def header(self, name: str) -> str:
        return next((value for key, value in (*self.trailers, *self.headers) if key == name), "")


class Http2:
    """One connection. A server's `answer(stream, message)` is called for each request that is whole."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, client: bool) -> None:
        self._reader, self._writer = reader, writer
        config = h2.config.H2Configuration(client_side=client, header_encoding="utf-8", validate_inbound_headers=False)
        self._h2 = h2.connection.H2Connection(config)
        self._h2.initiate_connection()
        self._open: dict[int, Message] = {}

    def send(self, stream: int, message: Message) -> None:
        """Send a whole message; small ones only: the peer's window is not waited for."""
        self._h2.send_headers(stream, message.headers, end_stream=not (message.body or message.trailers))
        if message.body:
            self._h2.send_data(stream, message.body, end_stream=not message.trailers)
        if message.trailers:
            self._h2.send_headers(stream, message.trailers, end_stream=True)
        self._writer.write(self._h2.data_to_send())

    def next_stream(self) -> int:
        return int(self._h2.get_next_available_stream_id())

    async def messages(self, first: bytes = b""):
        """Yield (stream, message) as messages become whole, until the peer closes. `first`: bytes that were read before."""
        data = first
        self._writer.write(self._h2.data_to_send())
        while data or (data := await self._reader.read(65536)):
            for event in self._h2.receive_data(data):
                stream = self._take(event)
                if stream is not None:
                    yield stream, self._open.pop(stream)
            self._writer.write(self._h2.data_to_send())
            data = b""

    def _take(self, event: object) -> int | None:
        match event:
            case h2.events.RequestReceived() | h2.events.ResponseReceived():
                self._open[event.stream_id] = Message(list(event.headers))
            case h2.events.TrailersReceived():
                self._open[event.stream_id].trailers = list(event.headers)
            case h2.events.DataReceived():
                self._open[event.stream_id].body += event.data
                self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            case h2.events.StreamEnded():
                return event.stream_id
            case h2.events.StreamReset():
                self._open.setdefault(event.stream_id, Message()).trailers = [("reset", str(event.error_code))]
                return event.stream_id
        return None


def framed(payload: bytes) -> bytes:
    """A message of gRPC."""
    return b"\0" + len(payload).to_bytes(4, "big") + payload

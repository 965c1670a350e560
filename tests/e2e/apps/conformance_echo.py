"""The workload of the Gateway API's conformance cases: says what it was asked, over HTTP/1.1, HTTP/2, gRPC, TCP and UDP.

What it serves where is told as the cases' manifests tell it: *_ECHO_SERVER, TLS_SERVER_CERT, or --port, --grpc, --tcp,
--tls. Without those: HTTP at 3000 and 3001, TLS at 8443 where there is a certificate. A request may ask for a `delay`
(its query), a status (`status`), and headers of the answer (X-Echo-Set-Header: name:value, ...).
"""

import asyncio
import json
import os
import ssl
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import http1

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
METHODS = ("/Echo", "/EchoTwo")


def told(name: str, *more: str) -> str:
    return next((value for key in (name, *more) if (value := os.environ.get(key))), "")


ME = {
    "pod": told("POD_NAME", "HOSTNAME"),
    "namespace": told("NAMESPACE") or (ACCOUNT.read_text() if ACCOUNT.exists() else ""),
    "service": told("SERVICE_NAME"),
}


def tls_seen(writer: asyncio.StreamWriter) -> dict[str, object]:
    connection = writer.get_extra_info("ssl_object")
    if connection is None:
        return {}
    peer = connection.getpeercert(binary_form=True)
    return {
        "sni": getattr(connection, "asked_for", ""),
        "alpn": connection.selected_alpn_protocol() or "",
        "version": connection.version(),
        "peerCertificate": ssl.DER_cert_to_PEM_cert(peer) if peer else "",
    }


def seen(writer: asyncio.StreamWriter, proto: str, method: str, path: str, host: str, headers: http1.Headers) -> bytes:
    by_name: dict[str, list[str]] = {}
    for name, value in headers:
        by_name.setdefault(name.lower(), []).append(value)
    found = {"proto": proto, "method": method, "path": path, "host": host, "headers": by_name, "tls": tls_seen(writer)}
    print(f"echo {path}", flush=True)
    return json.dumps(ME | found).encode()


async def wished(path: str, headers: http1.Headers) -> tuple[str, http1.Headers]:
    """What a request asks of the answer: its status and headers; waits as long as it asks for."""
    query = parse_qs(urlsplit(path).query)
    for delay in query.get("delay", ()):
        unit = 0.001 if delay.endswith("ms") else 1
        await asyncio.sleep(float(delay.rstrip("ms")) * unit)
    pairs = [value for name, value in headers if name.lower() == "x-echo-set-header"]
    split = (pair.strip().partition(":") for text in pairs for pair in text.split(","))
    return query.get("status", ["200"])[0], [(name, value.strip()) for name, _, value in split if name]


async def speak_http1(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, first: bytes) -> None:
    while request := await http1.read(reader, first):
        first = b""
        method, path, version = request.start
        status, headers = await wished(path, request.headers)
        body = seen(writer, version, method, path, request.header("host"), request.headers)
        answer = http1.Message(("HTTP/1.1", status, "Echoed"), [*headers, ("content-type", "application/json")], body)
        writer.write(http1.encoded(answer))
        await writer.drain()


async def speak_http2(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, first: bytes) -> None:
    from http2 import Http2

    connection = Http2(reader, writer, client=False)
    waiting = set()
    async for stream, request in connection.messages(first):
        task = asyncio.create_task(answer_http2(connection, stream, request, writer))
        waiting.add(task)
        task.add_done_callback(waiting.discard)


async def answer_http2(connection, stream, request, writer: asyncio.StreamWriter) -> None:
    from http2 import Message, framed

    plain = [(name, value) for name, value in request.headers if not name.startswith(":")]
    method, path, host = (request.header(name) for name in (":method", ":path", ":authority"))
    if request.header("content-type").startswith("application/grpc"):
        known = path.endswith(METHODS)
        body = framed(seen(writer, "grpc", method, path, host, plain)) if known else b""
        headers = [(":status", "200"), ("content-type", "application/grpc")]
        trailers = [("grpc-status", "0" if known else "12")]
        connection.send(stream, Message(headers, body, trailers))
        return
    status, more = await wished(path, plain)
    headers = [
        (":status", status),
        ("content-type", "application/json"),
        *((name.lower(), value) for name, value in more),
    ]
    connection.send(stream, Message(headers, seen(writer, "HTTP/2.0", method, path, host, plain)))


async def speak_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    first = b""
    while len(first) < len(PREFACE) and PREFACE.startswith(first):
        if not (more := await reader.read(len(PREFACE) - len(first))):
            return
        first += more
    await (speak_http2 if first == PREFACE else speak_http1)(reader, writer, first)


async def speak_tcp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Who it is, how it is spoken to, and then what it hears."""
    while line := await reader.readline():
        writer.write(
            json.dumps(ME | {"heard": line.decode(errors="replace"), "tls": tls_seen(writer)}).encode() + b"\n"
        )
        await writer.drain()


def closing(speak):
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await speak(reader, writer)
        except (OSError, EOFError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    return serve


class Datagrams(asyncio.DatagramProtocol):
    def connection_made(self, transport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        said = json.dumps(ME | {"heard": data.decode(errors="replace")}).encode()
        self.transport.sendto(said, address)


class Names(Datagrams):
    """A DNS server that answers every question with who asked, as an address (type A)."""

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        import dns.message
        import dns.rrset

        asked = dns.message.from_wire(data)
        answer = dns.message.make_response(asked)
        answer.answer.append(dns.rrset.from_text(asked.question[0].name, 0, "IN", "A", address[0]))
        self.transport.sendto(answer.to_wire(), address)


def certificate(cert: str, key: str) -> ssl.SSLContext | None:
    if not (cert and os.path.exists(cert)):
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    context.set_alpn_protocols(["h2", "http/1.1"])
    if roots := told("TLS_CLIENT_CACERTS"):
        context.load_verify_locations(roots)
        context.verify_mode = ssl.CERT_OPTIONAL
    context.sni_callback = lambda connection, name, _: setattr(connection, "asked_for", name or "")
    return context


def plan(arguments: list[str]):
    """Yield (port, how it is spoken, whether TLS is)."""
    said = [argument.removeprefix("--").split("=") for argument in arguments if "=" in argument]
    tls = {int(value) for name, value in said if name == "tls"}
    for name, value in said:
        if name in ("port", "grpc", "tcp"):
            yield int(value), speak_tcp if name == "tcp" else speak_http, int(value) in tls
    if not said and not told("UDP_ECHO_SERVER"):
        speak = speak_tcp if told("TCP_ECHO_SERVER") else speak_http
        yield from ((3000, speak, False), (3001, speak, False), (8443, speak, True))


async def main() -> None:
    loop = asyncio.get_running_loop()
    if "-conf" in sys.argv:
        await loop.create_datagram_endpoint(Names, ("0.0.0.0", 53))
    elif told("UDP_ECHO_SERVER"):
        await loop.create_datagram_endpoint(Datagrams, ("0.0.0.0", 8080))
    else:
        key = told("TLS_SERVER_PRIVKEY", "TLS_SERVER_PRIV_KEY")
        context = certificate(told("TLS_SERVER_CERT"), key)
        for port, speak, tls in plan(sys.argv[1:]):
            if context or not tls:
                await asyncio.start_server(closing(speak), "0.0.0.0", port, ssl=context if tls else None)
    print("listening", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())

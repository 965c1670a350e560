"""Asks from inside a pod: one JSON line with requests in, one with their answers out, until its input ends.

A request: address, port, protocol (http1, http2, grpc, tcp, udp, dns), host, method, path, headers, tls ({serverName,
roots, certificate, key}; certificates in PEM), seconds. An answer: status, headers, body, or error.
"""

import asyncio
import json
import os
import ssl
import sys
import tempfile

import http1

AT_ONCE = 16


def context(said: dict[str, str], protocol: str) -> ssl.SSLContext:
    made = ssl.create_default_context(cadata=said["roots"]) if said.get("roots") else ssl._create_unverified_context()
    made.check_hostname = False
    if protocol in ("http2", "grpc"):
        made.set_alpn_protocols(["h2"])
    if said.get("certificate"):
        # The module reads certificates from files only: one that nobody else can open, for a moment.
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
            file.write(said["certificate"] + "\n" + said["key"])
            file.flush()
            made.load_cert_chain(file.name)
    return made


async def connect(asked: dict) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    tls = asked.get("tls")
    how = {"ssl": context(tls, asked["protocol"]), "server_hostname": tls["serverName"]} if tls else {}
    reader, writer = await asyncio.open_connection(asked["address"], asked["port"], **how)
    if tls and tls.get("roots"):
        names = [value for _, value in writer.get_extra_info("peercert").get("subjectAltName", ())]
        if not any(covers(name, tls["serverName"]) for name in names):
            writer.close()
            raise OSError(f"the certificate is for {names}")
    return reader, writer


def covers(name: str, host: str) -> bool:
    """OpenSSL believes no wildcard right below a top-level domain; the cases have such."""
    return name == host or (name.startswith("*.") and host.partition(".")[2] == name[2:])


async def ask_http1(reader, writer, asked: dict) -> dict:
    headers = [("host", asked["host"]), *asked["headers"].items()]
    writer.write(http1.encoded(http1.Message((asked["method"], asked["path"], "HTTP/1.1"), headers)))
    answer = await http1.read(reader, bodiless=asked["method"] == "HEAD")
    if answer is None:
        return {"error": "closed without an answer"}
    return {"status": int(answer.start[1]), "headers": by_name(answer.headers), "body": answer.body.decode()}


async def ask_http2(reader, writer, asked: dict) -> dict:
    from http2 import Http2, Message, framed

    grpc = asked["protocol"] == "grpc"
    connection, scheme = Http2(reader, writer, client=True), "https" if asked.get("tls") else "http"
    pseudo = [
        (":method", asked["method"]),
        (":scheme", scheme),
        (":authority", asked["host"]),
        (":path", asked["path"]),
    ]
    kind = [("content-type", "application/grpc"), ("te", "trailers")] if grpc else []
    headers = [*pseudo, *kind, *((name.lower(), value) for name, value in asked["headers"].items())]
    connection.send(connection.next_stream(), Message(headers, framed(b"") if grpc else b""))
    async for _, answer in connection.messages():
        found = {"headers": by_name(answer.headers), "status": int(answer.header(":status") or 0)}
        if grpc:
            found |= {"code": int(answer.header("grpc-status") or -1), "message": answer.header("grpc-message")}
        return found | {"body": (answer.body[5:] if grpc else answer.body).decode()}
    return {"error": "closed without an answer"}


async def ask_tcp(reader, writer, asked: dict) -> dict:
    writer.write(b"hello\n")
    line = await reader.readline()
    return {"status": 200, "headers": {}, "body": line.decode()} if line else {"error": "closed without an answer"}


async def ask_udp(asked: dict) -> dict:
    loop, got = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()

    class Answer(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
            if not got.done():
                got.set_result(data)

        def error_received(self, error: OSError) -> None:
            if not got.done():
                got.set_exception(error)

    transport, _ = await loop.create_datagram_endpoint(Answer, remote_addr=(asked["address"], asked["port"]))
    try:
        transport.sendto(question(asked) if asked["protocol"] == "dns" else b"hello")
        data = await got
    finally:
        transport.close()
    return {"status": 200, "headers": {}, "body": "" if asked["protocol"] == "dns" else data.decode()}


def question(asked: dict) -> bytes:
    import dns.message

    return dns.message.make_query(asked["host"], "A").to_wire()


def by_name(headers: http1.Headers) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name.lower(), []).append(value)
    return found


SPOKEN = {"http1": ask_http1, "http2": ask_http2, "grpc": ask_http2, "tcp": ask_tcp}


async def answered(asked: dict) -> dict:
    if asked["protocol"] in ("udp", "dns"):
        return await ask_udp(asked)
    reader, writer = await connect(asked)
    try:
        return await SPOKEN[asked["protocol"]](reader, writer, asked)
    finally:
        writer.close()


async def answer(asked: dict, turn: asyncio.Semaphore) -> dict:
    async with turn:
        try:
            async with asyncio.timeout(asked.get("seconds", 5)):
                return await answered(asked)
        except TimeoutError:
            return {"error": "no answer in time"}
        except (OSError, EOFError, ValueError) as error:
            return {"error": f"{type(error).__name__}: {error}"}


async def main() -> None:
    turn, loop = asyncio.Semaphore(AT_ONCE), asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        answers = await asyncio.gather(*(answer(asked, turn) for asked in json.loads(line)))
        print(json.dumps(answers), flush=True)


if __name__ == "__main__":
    os.umask(0o077)
    asyncio.run(main())

"""Requests as bytes that two readers may understand differently, and how a proxy is to take each of them.

`REFUSED`: by the codec, before any policy. `JUDGED`: as a request for /admin, with x-role: admin or to the host `other`,
which the tests deny. `HARMLESS`: passed on as what it was judged to be.
"""

import base64
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from mesh import Mesh

SENDER = Path(__file__).parent / "apps/send_raw.py"
SMUGGLED = "GET /admin/smuggled HTTP/1.1\r\nHost: server\r\n\r\n"
# A whole body, and then a request for whoever takes that body to be shorter.
HIDDEN = "0\r\n\r\n" + SMUGGLED
GET, POST, HOST, CHUNKED = (
    "GET /open HTTP/1.1",
    "POST /open HTTP/1.1",
    "Host: server:8080",
    "Transfer-Encoding: chunked",
)


def http1(*lines: str, body: str = "", end: str = "\r\n") -> bytes:
    return (end.join((*lines, "", "")) + body).encode("latin-1")


def http2(*more: tuple[str, str], body: str = "", **pseudo: str) -> bytes:
    """A request over HTTP/2 with prior knowledge; `path=""` leaves a pseudo-header out."""
    named = {"method": "GET", "scheme": "http", "path": "/open", "authority": "server:8080", **pseudo}
    fields = [*((f":{name}", value) for name, value in named.items() if value), *more]
    block = b"".join(b"\0" + _text(name) + _text(value) for name, value in fields)
    frames = _frame(4, 0) + _frame(1, 4 if body else 5, 1, block) + (_frame(0, 1, 1, body.encode()) if body else b"")
    return b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frames


def _text(text: str) -> bytes:
    return bytes([len(text)]) + text.encode("latin-1")


def _frame(kind: int, flags: int, stream: int = 0, payload: bytes = b"") -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


REFUSED = {
    "two lengths": http1(POST, HOST, "Content-Length: 0", f"Content-Length: {len(SMUGGLED)}", body=SMUGGLED),
    "a list of lengths": http1(POST, HOST, f"Content-Length: 0, {len(SMUGGLED)}", body=SMUGGLED),
    "a length with a sign": http1(POST, HOST, f"Content-Length: +{len(SMUGGLED)}", body=SMUGGLED),
    "a negative length": http1(POST, HOST, "Content-Length: -1", body=SMUGGLED),
    "a length beyond 64 bits": http1(POST, HOST, "Content-Length: 18446744073709551617", body=SMUGGLED),
    "length and chunks": http1(POST, HOST, "Content-Length: 6", CHUNKED, body=HIDDEN),
    "length and unknown coding": http1(POST, HOST, "Content-Length: 6", "Transfer-Encoding: xchunked", body=HIDDEN),
    "length and a folded coding": http1(POST, HOST, "Content-Length: 6", "Transfer-Encoding:", " chunked", body=HIDDEN),
    "two codings": http1(POST, HOST, CHUNKED, "Transfer-Encoding: x", body=HIDDEN),
    "identity, then chunks": http1(POST, HOST, "Transfer-Encoding: identity, chunked", body=HIDDEN),
    "a coding after a vertical tab": http1(POST, HOST, "Transfer-Encoding:\x0bchunked", body=HIDDEN),
    "a coding with a space": http1(POST, HOST, "Transfer-Encoding : chunked", "Content-Length: 6", body=HIDDEN),
    "chunks of garbage": http1(POST, HOST, CHUNKED, body="zz\r\n" + SMUGGLED),
    "a chunk with 0x": http1(POST, HOST, CHUNKED, body="0x0\r\n\r\n" + SMUGGLED),
    "a negative chunk": http1(POST, HOST, CHUNKED, body="-1\r\n\r\n" + SMUGGLED),
    "a chunk beyond 64 bits": http1(POST, HOST, CHUNKED, body="10000000000000000\r\n\r\n" + SMUGGLED),
    "a chunk that does not end": http1(POST, HOST, CHUNKED, body="3\r\nabcXX" + HIDDEN),
    "a chunk's line feed": http1(POST, HOST, CHUNKED, body="0;a\n\r\n\r\n" + SMUGGLED),
    "a name with a space in it": http1(GET, HOST, "x role: admin"),
    "a name with a space after it": http1(GET, HOST, "x-role : admin"),
    "no name": http1(GET, HOST, ": admin"),
    "no colon": http1(GET, HOST, "x-role"),
    "NUL in a value": http1(GET, HOST, "x-a: b\0c"),
    "NUL in a name": http1(GET, HOST, "x-\0a: b"),
    "NUL in the path": http1("GET /open\0/x HTTP/1.1", HOST),
    "two paths": http1("GET /admin/x /open HTTP/1.1", HOST),
    "a space first": http1(f" {GET}", HOST),
    "no method": http1("G@T /open HTTP/1.1", HOST),
    "no host": http1(GET),
    "HTTP/0.9": http1("GET /admin/x"),
    "a header taken away by name": http1(GET, HOST, "x-role: admin", "Connection: close, x-role, host"),
    "HTTP/2 with a coding": http2(("transfer-encoding", "chunked"), body=HIDDEN, method="POST"),
    "HTTP/2 with connection": http2(("connection", "close")),
    "HTTP/2 with upgrade": http2(("upgrade", "h2c")),
    "HTTP/2 with te": http2(("te", "gzip")),
    "HTTP/2 longer than it says": http2(("content-length", "3"), body=SMUGGLED, method="POST"),
    "HTTP/2 with a line in a value": http2(("x-a", "b\r\nx-role: admin")),
    "HTTP/2 with a line in a name": http2(("x-a: b\r\nx-role", "admin")),
    "HTTP/2 with NUL": http2(("x-a", "b\0c")),
    "HTTP/2 in upper case": http2(("X-Role", "admin")),
    "HTTP/2 with a line in the path": http2(path="/open HTTP/1.1\r\nHost: x\r\n\r\nGET /admin/x"),
    "HTTP/2 with a line in the method": http2(method="GET /admin/x HTTP/1.1\r\nx:"),
    "HTTP/2 with a path without slash": http2(path="admin/x"),
    "HTTP/2 with two paths": http2((":path", "/admin/x")),
    "HTTP/2 with a user in its authority": http2(authority="server@other"),
    "HTTP/2 with a path in its authority": http2(authority="server/admin"),
    "HTTP/2 without authority": http2(authority=""),
}
JUDGED = {
    "another host in the line": http1("GET http://other:8080/open HTTP/1.1", HOST),
    "a user before the host": http1("GET http://server@other/open HTTP/1.1", HOST),
    "the path after tabs": http1("GET\t/admin/x\tHTTP/1.1", HOST),
    "a fragment behind": http1("GET /admin/x#/open HTTP/1.1", HOST),
    "line feeds alone": http1(GET, HOST, "x-a: b\nx-role: admin"),
    "line feeds everywhere": http1(GET, HOST, "x-role: admin", end="\n"),
    "HTTP/1.0": http1("GET /admin/x HTTP/1.0", HOST),
    "HTTP/2.0 by name": http1("GET /admin/x HTTP/2.0", HOST),
    "HTTP/2 by path": http2(path="/admin/x"),
    "HTTP/2 by authority": http2(("host", "server"), authority="other"),
}
HARMLESS = {
    "a folded line": http1(GET, HOST, "x-a: b", " x-role: admin"),
    "a carriage return alone": http1(GET, HOST, "x-a: b\rx-role: admin"),
    "two hosts": http1(GET, HOST, "Host: other"),
    "a fragment with dots": http1("GET /open#/../admin/x HTTP/1.1", HOST),
    "a body of GET": http1(GET, HOST, f"Content-Length: {len(SMUGGLED)}", body=SMUGGLED),
    "chunks of HTTP/1.0": http1("POST /open HTTP/1.0", HOST, CHUNKED, body=HIDDEN),
    "an upgrade to HTTP/2": http1(GET, HOST, "Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABk"),
    "HTTP/2 with another host": http2(("host", "other")),
}  # fmt: skip
# The first is answered, what follows it is judged for itself.
FOLLOWED = {
    "a second request": http1(GET, HOST) + http1("GET /admin/second HTTP/1.1", HOST),
    "a chunk with a space": http1(POST, HOST, CHUNKED, body="0 \r\n\r\n" + SMUGGLED),
}


def send(mesh: Mesh, way: str, to: tuple[str, int], requests: dict[str, bytes]) -> dict[str, str]:
    """What each is answered: from a pod of the workload `way`, or from this machine (`way` "")."""
    encoded = json.dumps({name: base64.b64encode(data).decode() for name, data in requests.items()})
    if not way:
        argv = [sys.executable, str(SENDER), to[0], str(to[1]), encoded]
        return dict(json.loads(subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True).stdout))
    argv = ["/usr/bin/python3", "-c", SENDER.read_text(), to[0], str(to[1]), encoded]
    return dict(json.loads(mesh.inside(mesh.pods(way)[0], *argv, seconds=60).stdout))


def statuses(answer: str) -> list[int]:
    """The statuses of an answer's responses; of HTTP/2 only whether it is 200 (as any other: 1)."""
    if answer.startswith("HTTP/1"):
        return [int(found) for found in re.findall(r"HTTP/1\.[01] (\d{3}) ", answer)]
    found, rest = [], answer.encode("latin-1")
    while len(rest) >= 9:
        size, kind, payload = int.from_bytes(rest[:3], "big"), rest[3], rest[9:]
        found += [200 if payload[0] == 0x88 else 1] if kind == 1 else []
        rest = payload[size:]
    return found


def seen(answer: str) -> dict[str, Any]:
    """What the application says that it was asked for."""
    return dict(json.JSONDecoder().raw_decode(answer[answer.index('{"name"') :])[0])

"""A small HTTP server and client for the Bookinfo services; forwards trace headers from call to call."""

import http.client
import json
import os
import signal
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TRACE_HEADERS = (
    "x-request-id", "x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-b3-sampled", "x-b3-flags",
    "traceparent", "tracestate", "b3", "end-user", "authorization", "user-agent", "cookie",
)  # fmt: skip


class Answer(Exception):
    """Leave a handler early with a status and a JSON body."""

    def __init__(self, status, body):
        super().__init__(status)
        self.status = status
        self.body = body


def trace_headers(headers):
    """Return the headers that a service passes on so that its calls belong to the same trace."""
    return {name: headers[name] for name in TRACE_HEADERS if name in headers}


def call(url, headers, timeout=10.0):
    """GET `url` and return (status, parsed JSON or None); an unreachable service is status 0."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    try:
        connection.request("GET", parts.path, headers=trace_headers(headers))
        response = connection.getresponse()
        body = response.read()
        return response.status, json.loads(body) if body[:1] in (b"{", b"[") else None
    except (OSError, http.client.HTTPException, ValueError) as error:
        print(f"call {url}: {error}", file=sys.stderr, flush=True)
        return 0, None
    finally:
        connection.close()


def serve(routes, port=9080):
    """Serve `routes`, a list of (path prefix, function(path, headers) -> (content type, bytes))."""

    idle = threading.Condition()
    active = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self):
            with idle:
                active.append(self)
            try:
                self.answer()
            finally:
                with idle:
                    active.remove(self)
                    idle.notify_all()

        def answer(self):
            path = urllib.parse.urlsplit(self.path).path
            status, kind, body = 200, "application/json", b""
            handler = next((handler for prefix, handler in routes if path.startswith(prefix)), None)
            try:
                if handler is None:
                    raise Answer(404, {"error": f"no such page: {path}"})
                kind, body = handler(path, self.headers)
            except Answer as answer:
                status, body = answer.status, json.dumps(answer.body).encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, template, *values):
            print(self.address_string(), template % values, flush=True)

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    server = Server(("0.0.0.0", int(os.environ.get("PORT", port))), Handler)

    def stop():
        server.shutdown()
        with idle:  # a request that has begun is answered before the process ends
            idle.wait_for(lambda: not active, timeout=10)
        os._exit(0)

    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=stop).start())
    print(f"{sys.argv[0]} listens on {server.server_address}", flush=True)
    server.serve_forever()


def as_json(value):
    """Pack `value` as a handler's answer."""
    return "application/json", json.dumps(value).encode()

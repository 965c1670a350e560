"""A small service for the examples: tells who answered, and what reached it, as JSON on every port of PORTS."""

import json
import os
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Hello(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self):
        self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {key.lower(): value for key, value in self.headers.items()}
        seen = {"pod": os.environ.get("HOSTNAME"), "version": os.environ.get("VERSION"),
                "method": self.command, "path": self.path, "headers": headers}  # fmt: skip
        body = json.dumps(seen).encode() + b"\n"
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def log_message(self, template, *values):
        print(template % values, flush=True)


for port in os.environ.get("PORTS", "8080").split():
    server = ThreadingHTTPServer(("0.0.0.0", int(port)), Hello)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"listens on {port}", flush=True)
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
stop.wait()

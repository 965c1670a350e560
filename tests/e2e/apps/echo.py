"""A test workload: every HTTP port answers with what it saw as JSON, every TCP port echoes lines after its name.

PORTS="8080=http 8443=https 9000=tcp 3306=server-first"; NAME is told in every answer. HTTPS is served with the
certificate and key in the file CERTIFICATE, and tells what server name it was asked for; with CLIENT_ROOTS, only to
clients with a certificate. A request may ask for trouble: `x-hold` seconds before the answer, `x-answer` as its status
("reset" = none at all), that only from the workload `x-answer-of`, or only `x-answer-first` times of an `x-id`.
"""

import collections
import json
import os
import signal
import socketserver
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SEEN = collections.Counter()
stop = threading.Event()
NAME = os.environ.get("NAME", os.environ.get("HOSTNAME", "?"))


class Http(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def answer(self):
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length).decode(errors="replace")
        seen = {
            "name": NAME, "method": self.command, "path": self.path, "peer": self.client_address[0],
            "headers": {key.lower(): value for key, value in self.headers.items()}, "body": body,
            "port": self.server.server_address[1], "sni": getattr(self.connection, "asked_for", ""),
            "certificate": getattr(self.connection, "getpeercert", dict)(),
        }  # fmt: skip
        stop.wait(float(self.headers.get("x-hold") or 0))
        status = self.status()
        if status == "reset":
            self.close_connection = True
            return
        time.sleep(float(self.headers.get("x-delay") or 0))
        answer = json.dumps(seen).encode()
        self.send_response(int(status))
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
        self.wfile.flush()

    def status(self):
        asked = self.headers.get("x-answer") or "200"
        if self.headers.get("x-answer-of", NAME) != NAME:
            return "200"
        if "x-id" in self.headers:
            SEEN[self.headers["x-id"]] += 1
            if SEEN[self.headers["x-id"]] > int(self.headers.get("x-answer-first") or 0):
                return "200"
        return asked

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def log_message(self, template, *values):
        print(template % values, flush=True)


class Tcp(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(NAME.encode() + b" " + self.client_address[0].encode() + b" " + line)


class ServerFirst(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"hello from " + NAME.encode() + b"\n")
        Tcp.handle(self)


class TcpServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128


class HttpServer(ThreadingHTTPServer):
    request_queue_size = 128


def secure(server):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.environ["CERTIFICATE"])
    if roots := os.environ.get("CLIENT_ROOTS"):
        context.load_verify_locations(roots)
        context.verify_mode = ssl.CERT_REQUIRED
    context.sni_callback = lambda connection, name, _: setattr(connection, "asked_for", name or "")
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)


for entry in os.environ.get("PORTS", "8080=http").split():
    port, kind = entry.split("=")
    address = ("0.0.0.0", int(port))
    http = kind in ("http", "https")
    server = HttpServer(address, Http) if http else TcpServer(address, Tcp if kind == "tcp" else ServerFirst)
    if kind == "https":
        secure(server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
print("listening", flush=True)
signal.signal(signal.SIGTERM, lambda *_: stop.set())
stop.wait()

"""A server that decides on requests for others, over HTTP at 8000 and over gRPC (envoy.service.auth.v3) at 9000.

A request passes with the header `x-ext-authz: allow`, a connection (of which there is no header) from the service
account `orders-api`. Who is asked over HTTP says what it was shown, in `x-shown`.
"""

import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc

stop = threading.Event()


class Http(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode(errors="replace")
        allowed = self.headers.get("x-ext-authz") == "allow"
        text = b"" if allowed else b"denied by ext_authz"
        self.send_response(200 if allowed else 403)
        self.send_header("x-shown", f"{self.command} {self.path} {self.headers.get('x-added', '-')} {body or '-'}")
        self.send_header("x-secret", "not passed on")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def log_message(self, template, *values):
        print(template % values, flush=True)


def field(number, value):
    """A field of a protobuf message that holds text or a message."""
    return bytes([number << 3 | 2, len(value)]) + value


def check(request, context):
    """CheckRequest to CheckResponse, of which only few fields are needed."""
    print(request, flush=True)
    header = field(1, field(1, b"x-decided") + field(2, b"grpc"))
    if b"sa/orders-api" in request or (b"x-ext-authz" in request and b"allow" in request):
        return field(1, b"") + field(3, field(2, header))
    status = bytes([1 << 3, 0x93, 0x03])  # 403
    return field(1, bytes([1 << 3, 7])) + field(2, field(1, status) + field(3, b"denied by grpc"))


methods = {"Check": grpc.unary_unary_rpc_method_handler(check)}
server = grpc.server(ThreadPoolExecutor(4))
server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("envoy.service.auth.v3.Authorization", methods)])
server.add_insecure_port("0.0.0.0:9000")
server.start()
threading.Thread(target=ThreadingHTTPServer(("0.0.0.0", 8000), Http).serve_forever, daemon=True).start()
print("listening", flush=True)
signal.signal(signal.SIGTERM, lambda *_: stop.set())
stop.wait()

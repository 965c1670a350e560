"""An issuer of tokens as far as its keys are asked for: serves the file KEYS at /keys on PORT."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Keys(BaseHTTPRequestHandler):
    def do_GET(self):
        body = Path(os.environ["KEYS"]).read_bytes() if self.path == "/keys" else b""
        self.send_response(200 if body else 404)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


ThreadingHTTPServer(("0.0.0.0", int(os.environ.get("PORT", "8080"))), Keys).serve_forever()

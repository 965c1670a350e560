"""Databases as far as their first words go: each asks for TLS in its own way, then for the client's certificate.

PORTS="5432=postgres 27017=mongo". Once TLS stands, one line says who the client proved to be. CERTIFICATE holds the
server's certificate and key, CLIENT_ROOTS what signed the clients'.
"""

import os
import socketserver
import ssl
import struct
import threading

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(os.environ["CERTIFICATE"])
context.load_verify_locations(os.environ["CLIENT_ROOTS"])
context.verify_mode = ssl.CERT_REQUIRED


class Database(socketserver.BaseRequestHandler):
    def handle(self):
        with context.wrap_socket(self.request, server_side=True) as secured:
            subject = dict(pair for part in secured.getpeercert()["subject"] for pair in part)
            secured.sendall(f"hello {subject['commonName']}\n".encode())


class Postgres(Database):
    """A client begins with an SSLRequest in the clear: https://www.postgresql.org/docs/current/protocol-message-formats.html"""

    def handle(self):
        length, code = struct.unpack("!II", self.request.recv(8))
        if (length, code) == (8, 80877103):
            self.request.sendall(b"S")
            super().handle()


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


for entry in os.environ["PORTS"].split():
    port, kind = entry.split("=")
    server = Server(("0.0.0.0", int(port)), Postgres if kind == "postgres" else Database)
    threading.Thread(target=server.serve_forever, daemon=True).start()
threading.Event().wait()

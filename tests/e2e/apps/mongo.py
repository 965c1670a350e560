"""A test server that speaks just enough of MongoDB's protocol: it answers OP_QUERY by OP_REPLY with {ok: 1.0}.

https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
"""

import os
import signal
import socketserver
import struct
import threading

OP_REPLY = 1
OK = struct.pack("<i", 17) + b"\x01ok\x00" + struct.pack("<d", 1.0) + b"\x00"


class Mongo(socketserver.StreamRequestHandler):
    def handle(self):
        while header := self.rfile.read(16):
            length, request, _, _ = struct.unpack("<iiii", header)
            self.rfile.read(length - 16)
            body = struct.pack("<iqii", 0, 0, 0, 1) + OK
            self.wfile.write(struct.pack("<iiii", 16 + len(body), 1, request, OP_REPLY) + body)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


server = Server(("0.0.0.0", int(os.environ.get("PORT", "27017"))), Mongo)
threading.Thread(target=server.serve_forever, daemon=True).start()
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
stop.wait()

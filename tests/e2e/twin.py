"""A real Envoy with the resources of a simulated proxy, in a network namespace where every address answers.

What its resources ask of others is replaced: discovery and secrets come from files, and where a connection was going
is told by the PROXY protocol instead of the kernel. Upstream stands one more Envoy, at every address and at each port
of `HTTP_PORTS` and `TCP_PORTS`, which says how it was reached.
"""

import asyncio
import json
import secrets
import signal
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from twin_files import ADMIN, Files, twin_bootstrap, upstream_bootstrap

from lateen.base.clock import SystemClock
from lateen.base.tasks import until
from lateen.identity.authority import CertificateAuthority, KeyPair
from lateen.proto.descriptors import envoy_binary
from lateen.proto.resource import Resource
from lateen.runtime import netns
from lateen.simulate.call import Call

_STARTS = 30


class Seen(NamedTuple):
    """What became of a call: what the proxy logged of it, and what the client was answered (status 0, no body: nothing)."""

    log: Mapping[str, Any]
    status: int
    headers: Mapping[str, str]
    body: str


class Twin:
    """The Envoy of one mesh at a time: `configure`, then `call`."""

    def __init__(self, path: Path, folder: Path, authority: CertificateAuthority) -> None:
        self.path, self.folder, self.authority = path, folder, authority
        self._path, self._folder = path, folder
        self._log = folder / "access.log"
        self._pair = authority.server_certificate([], "spiffe://cluster.local/ns/shop/sa/default")
        self._root = authority.chain
        self._process: subprocess.Popen[bytes] | None = None

    async def configure(self, resources: Mapping[str, Iterable[Resource]]) -> None:
        """Run with these resources, by type URL."""
        self.stop()
        Files(self._folder, self._pair, self._root).write(resources)
        self._log.write_text("")
        self._process = start(self._path, self._folder, "twin", twin_bootstrap(self._folder))
        log = self._folder / "twin.log"
        await ready(self._path, ADMIN["twin"], self._process, log)
        refused = [line for line in log.read_text().splitlines() if "reject" in line]
        assert not refused, "\n".join(refused)

    async def call(self, call: Call) -> Seen:
        """Make a call as the simulator describes it."""
        before = self._log.read_text().count("\n")
        made = netns.tcp_socket_in(self._path)
        made.setblocking(False)
        port = {"outbound": 15001, "inbound": 15006, "gateway": call.port}[call.mode]
        try:
            await asyncio.get_running_loop().sock_connect(made, ("127.0.0.1", port))
        except OSError:
            made.close()
            return Seen({}, 0, {}, "")
        answered, answer = True, (0, {}, "")
        try:
            answer = await asyncio.wait_for(_talk(made, call, self._pair, self._folder), 10)
        except (OSError, asyncio.IncompleteReadError):
            answered = False
        return Seen(await self._logged(before, call, certain=answered), *answer)

    async def _logged(self, before: int, call: Call, *, certain: bool) -> Mapping[str, Any]:
        """The line that was logged of a call; none is `certain` of a connection that found no chain."""
        try:
            await until(
                lambda: self._log.read_text().count("\n") > before,
                seconds=5 if certain else 0.5,
                what=f"a log of {call}",
            )
        except TimeoutError:
            if certain:
                raise
            return {}
        return json.loads(self._log.read_text().splitlines()[-1])  # type: ignore[no-any-return]

    @property
    def pid(self) -> int:
        """Of Envoy's process."""
        assert self._process is not None
        return self._process.pid

    def stop(self) -> None:
        """End Envoy."""
        if self._process is not None:
            end(self._process)
            self._process = None


@asynccontextmanager
async def twin(folder: Path) -> AsyncIterator[Twin]:
    """A namespace of its own, with upstreams everywhere; everything is gone afterwards."""
    name = f"lateen-twin-{secrets.token_hex(3)}"
    path = netns.create(name)
    authority = CertificateAuthority.create("cluster.local", SystemClock())
    upstream = None
    own = Twin(path, folder, authority)
    try:
        for arguments in (["link", "set", "lo", "up"], ["route", "add", "local", "10.0.0.0/8", "dev", "lo"],
                          ["route", "add", "local", "240.240.0.0/16", "dev", "lo"]):  # fmt: skip
            subprocess.run(["ip", "-n", name, *arguments], check=True)
        pair = authority.server_certificate(["*.example.com"], "spiffe://cluster.local/ns/shop/sa/default")
        upstream = start(path, folder, "upstream", upstream_bootstrap(pair, authority.chain))
        await ready(path, ADMIN["upstream"], upstream, folder / "upstream.log")
        yield own
    finally:
        own.stop()
        if upstream is not None:
            end(upstream)
        netns.remove(name)


def start(path: Path, folder: Path, name: str, bootstrap: Mapping[str, Any]) -> "subprocess.Popen[bytes]":
    """Start an Envoy in a namespace."""
    file = folder / f"{name}.bootstrap.json"
    file.write_text(json.dumps(bootstrap))
    arguments = [str(envoy_binary()), "-c", str(file), "--concurrency", "1", "--disable-hot-restart", "-l", "warning",
                 "--file-flush-interval-msec", "10", "--drain-time-s", "1"]  # fmt: skip
    with (folder / f"{name}.log").open("wb") as log:
        return netns.call_in(path, lambda: subprocess.Popen(arguments, stdout=log, stderr=log))


def end(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


async def ready(path: Path, admin: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until an Envoy is live and has taken all its configuration."""

    def live() -> bool:
        assert process.poll() is None, log.read_text()
        try:
            with netns.connect_in(path, "127.0.0.1", admin) as made:
                made.sendall(b"GET /ready HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
                return b"200 OK" in made.recv(4096)
        except OSError:
            return False

    await until(live, seconds=_STARTS, what="Envoy is ready")


async def _talk(made: socket.socket, call: Call, pair: KeyPair, folder: Path) -> tuple[int, dict[str, str], str]:
    reader, writer = await asyncio.open_connection(sock=made)
    try:
        if call.mode != "gateway":
            writer.write(proxy_line(made, call))
        if call.tls != "plaintext":
            await writer.drain()
            await writer.start_tls(client_tls(call, pair, folder), server_hostname=call.server_name or "unnamed.test")
        if call.protocol == "tcp":
            writer.write(b"\0hello\r\n")
            return 0, {}, (await reader.read(64)).decode()
        headers = {"host": call.host, **call.headers, "connection": "close"}
        lines = [f"{call.method} {call.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        # Not to its end: a proxy that closes waits for the client to do so first, for a second.
        first, *rest = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        found = dict(line.split(": ", 1) for line in rest)
        return int(first.split()[1]), {name.lower(): value for name, value in found.items()}, ""
    finally:
        writer.transport.abort()


def proxy_line(made: socket.socket, call: Call) -> bytes:
    """Tell where a connection comes from and was going."""
    return f"PROXY TCP4 {call.client} {call.address} {made.getsockname()[1]} {call.port}\r\n".encode()


def client_tls(call: Call, pair: KeyPair, folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if call.offered:
        context.set_alpn_protocols(list(call.offered))
    if call.tls == "mtls":
        certificate, key = folder / "client.pem", folder / "client-key.pem"
        certificate.write_bytes(pair.chain)
        key.write_bytes(pair.key.reveal())
        context.load_cert_chain(certificate, key)
    return context

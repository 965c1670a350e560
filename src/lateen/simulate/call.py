"""A call to simulate, and what became of it."""

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

from lateen.base.refs import Origin

Mode = Literal["outbound", "inbound", "gateway"]
Failure = Literal[
    "",
    "no listener",
    "no filter chain",
    "ambiguous filter chains",
    "TLS error",
    "mutual TLS error",
    "protocol error",
    "no virtual host",
    "no route",
    "denied",
]
_ALPN = {
    ("tls", "http"): ("http/1.1",),
    ("tls", "http2"): ("h2",),
    ("mtls", "http"): ("istio-http/1.1",),
    ("mtls", "http2"): ("istio-h2",),
    ("mtls", "tcp"): ("istio",),
}


class Call(Struct, frozen=True, kw_only=True):
    """One connection with, for HTTP, one request on it.

    `mode`: captured on its way out of the workload, captured on its way in, or sent to the proxy's own port.
    `address` and `port`: where the client sent it. `tls`: what the client speaks; `mtls` with a certificate of
    the mesh, whose URI is `identity`. `alpn` None and `sni` "": what such a client offers. `host`: with a port if the
    client sends one. `client`: the address that it calls from. `claims`: of the token that the request carries, which
    is verified; None = there is none.
    """

    port: int
    mode: Mode = "outbound"
    address: str = "1.3.3.7"
    protocol: Literal["http", "http2", "tcp"] = "http"
    tls: Literal["plaintext", "tls", "mtls"] = "plaintext"
    sni: str = ""
    alpn: tuple[str, ...] | None = None
    host: str = ""
    path: str = "/"
    method: str = "GET"
    headers: Mapping[str, str] = {}
    client: str = "10.1.0.9"
    identity: str = ""
    claims: Mapping[str, Any] | None = None

    @property
    def offered(self) -> tuple[str, ...]:
        """The application protocols that the client offers in its handshake."""
        return _ALPN.get((self.tls, self.protocol), ()) if self.alpn is None else self.alpn

    @property
    def server_name(self) -> str:
        """The server name in the client's handshake."""
        return self.sni or (self.host.partition(":")[0] if self.tls == "tls" else "")


class Step(Struct, frozen=True):
    """One decision: what was chosen at a `stage`, why, and which object (and field) asked for it."""

    stage: Literal["listener", "filter chain", "TLS", "filter", "virtual host", "route", "cluster", "endpoints"]
    name: str
    why: str
    origin: Origin = Origin()


class Choice(Struct, frozen=True):
    """An endpoint that may be chosen, and the TLS it is spoken to with: of the mesh, a user's, or none."""

    address: str
    port: int
    tls: Literal["mutual", "tls", "plaintext"]
    weight: int = 1
    priority: int = 0


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of a call. Names are the resources'; "" where it did not come so far.

    `clusters`: by weight; `endpoints`: of the first of them; `path` and `host`: what they are asked for. `status`: of
    the answer that the proxy gives itself, 0 when the call is sent on; `location`: the URL that it redirects to.
    `flags`: Envoy's response flags (NC: no such cluster, UH: no healthy endpoint, FI: answered on purpose). `rule`: the
    name of the rule of authorization that decided, "" where a call was denied because none takes it.
    """

    listener: str = ""
    chain: str = ""
    route_config: str = ""
    virtual_host: str = ""
    route: str = ""
    clusters: tuple[tuple[str, int], ...] = ()
    endpoints: tuple[Choice, ...] = ()
    path: str = ""
    host: str = ""
    status: int = 0
    location: str = ""
    flags: str = ""
    rule: str = ""
    failure: Failure = ""
    steps: tuple[Step, ...] = ()

    @property
    def cluster(self) -> str:
        """The first cluster, "" when there is none."""
        return self.clusters[0][0] if self.clusters else ""

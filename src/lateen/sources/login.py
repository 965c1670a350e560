"""Be somebody to an API server: the headers and the TLS context of the next request."""

import ssl as tls
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from lateen.base.errors import LateenError
from lateen.sources.proof import Given, Pair, Proof, ProofSource


@dataclass(frozen=True)
class Trust:
    """How the server is known: by `authority` (PEM; "" = the machine's own), unless `insecure`."""

    authority: str = ""
    insecure: bool = False

    def context(self, pair: Pair | None = None) -> tls.SSLContext:
        """Return a context that shows `pair`; raises LateenError when a certificate is none."""
        try:
            context = tls.create_default_context(cadata=self.authority or None)
        except tls.SSLError as error:
            raise LateenError(f"the cluster's certificate-authority holds no certificate: {error}") from error
        if self.insecure:
            context.check_hostname = False
            context.verify_mode = tls.CERT_NONE
        if pair is not None:
            _show(context, pair)
        return context


class Shown(NamedTuple):
    """What one request goes out with."""

    headers: Mapping[str, str]
    ssl: tls.SSLContext | None
    proof: Proof

    def __repr__(self) -> str:
        return "[redacted]"


class Login:
    """Keeps the TLS context as long as the certificate stays; connections of an old one end by themselves."""

    def __init__(
        self,
        source: ProofSource | None = None,
        trust: Trust | None = None,
        *,
        ssl: tls.SSLContext | None = None,
    ) -> None:
        """`trust` None: plain HTTP, or the ready-made `ssl`."""
        self.source: ProofSource = source or Given()
        self._trust, self._ssl = trust, ssl
        self._pair: Pair | None = None

    async def current(self) -> Shown:
        """Return what the next request shows; raises LateenError."""
        proof = await self.source.current()
        if self._trust is not None and (self._ssl is None or proof.pair != self._pair):
            self._ssl, self._pair = self._trust.context(proof.pair), proof.pair
        token = proof.token
        headers = {} if token is None else {"Authorization": f"Bearer {token.reveal().decode()}"}
        return Shown(headers, self._ssl, proof)


def _show(context: tls.SSLContext, pair: Pair) -> None:
    with tempfile.NamedTemporaryFile() as both:  # ssl reads keys from files only; this one is 0600
        both.write(pair.certificate + b"\n" + pair.key.reveal())
        both.flush()
        try:
            context.load_cert_chain(both.name)
        except tls.SSLError as error:
            fix = "client-certificate and client-key must be PEM, and belong together"
            raise LateenError(f"the client certificate cannot be used: {error}", fix) from error

"""The control plane's own certificate, always with half of its life ahead."""

from collections.abc import Callable, Sequence

from lateen.base.clock import Clock
from lateen.identity.authority import DEFAULT_TTL, CertificateAuthority, KeyPair


class ServerCertificate:
    """Makes a new certificate when half of the old one's life is over, or when the authority has changed.

    It is asked at every TLS handshake, so a server needs neither a timer nor a restart.
    """

    def __init__(
        self,
        authority: Callable[[], CertificateAuthority],
        dns_names: Sequence[str],
        uri: str,
        clock: Clock,
        ttl: float = DEFAULT_TTL,
    ) -> None:
        self._authority = authority
        self._names = (tuple(dns_names), uri)
        self._clock = clock
        self._ttl = ttl
        self._made_by: CertificateAuthority | None = None
        self._made_at = 0.0
        self._pair: KeyPair | None = None

    def current(self) -> KeyPair:
        """Return the certificate to present now; the same object until it is renewed."""
        authority, now = self._authority(), self._clock.now()
        if self._pair is None or authority is not self._made_by or now - self._made_at > self._ttl / 2:
            self._pair = authority.server_certificate(*self._names, self._ttl)
            self._made_by, self._made_at = authority, now
        return self._pair

"""What an authority is kept in: Istio's names of files, or those of a Secret of type kubernetes.io/tls.

https://istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from lateen.base.errors import LateenError
from lateen.base.redacted import Redacted

KEY, CERTIFICATE, CHAIN, ROOT, CRL = "ca-key.pem", "ca-cert.pem", "cert-chain.pem", "root-cert.pem", "ca-crl.pem"
ROOT_KEY = "root-key.pem"
TLS_KEY, TLS_CERTIFICATE, TLS_ROOT = "tls.key", "tls.crt", "ca.crt"
NAMES = (KEY, CERTIFICATE, CHAIN, ROOT, CRL, ROOT_KEY, TLS_KEY, TLS_CERTIFICATE, TLS_ROOT)


@dataclass(frozen=True, kw_only=True)
class AuthorityFiles:
    """An authority's key and certificate, what leads to the root, the roots that are trusted, what is revoked: PEM.

    `chain` and `crl` may be empty. `root_key` is there where the root is our own.
    """

    key: Redacted
    certificate: bytes
    root: bytes
    chain: bytes = b""
    crl: bytes = b""
    root_key: Redacted | None = None

    @classmethod
    def read(cls, files: Mapping[str, bytes], where: str = "the authority") -> Self | None:
        """Find an authority among named contents; None when nothing of one is there.

        Raises LateenError when something is there but not all: a lost key must not silently become a new mesh.
        """
        istio = any(name in files for name in (KEY, CERTIFICATE, ROOT))
        key, certificate, root = (KEY, CERTIFICATE, ROOT) if istio else (TLS_KEY, TLS_CERTIFICATE, TLS_ROOT)
        present = [name for name in (key, certificate, root) if name in files]
        if not present:
            return None
        if missing := {key, certificate, root} - set(present):
            raise LateenError(
                f"{where} holds {', '.join(present)} but not {', '.join(sorted(missing))}",
                "put the missing files back, or move the folder away to have a new authority made",
            )
        return cls(
            key=Redacted(files[key]),
            certificate=files[certificate],
            root=files[root],
            chain=files.get(CHAIN, b""),
            crl=files.get(CRL, b""),
            root_key=Redacted(files[ROOT_KEY]) if ROOT_KEY in files else None,
        )

    def contents(self) -> dict[str, bytes | Redacted]:
        """Return what to keep, by name; what must stay secret is Redacted."""
        keys = {KEY: self.key} | ({ROOT_KEY: self.root_key} if self.root_key else {})
        plain = {CERTIFICATE: self.certificate, ROOT: self.root, CHAIN: self.chain, CRL: self.crl}
        return {**keys, **{name: content for name, content in plain.items() if content}}

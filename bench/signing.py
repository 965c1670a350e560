"""What a certificate costs the authority: requests read, proved and signed, beside the bare signature."""

import time
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from lateen.base.clock import SystemClock
from lateen.base.spiffe import Identity
from lateen.identity.authority import CertificateAuthority
from lateen.identity.keys import make_request, new_key
from lateen.server.auth import Caller

_SECONDS = 2.0


def run() -> None:
    authority = CertificateAuthority.create("cluster.local", SystemClock())
    identity = Identity("cluster.local", "shop", "reviews")
    request = make_request(new_key(), identity.uri)
    key, data = ec.generate_private_key(ec.SECP256R1()), bytes(600)
    bare = _rate(lambda: key.sign(data, ec.ECDSA(hashes.SHA256())))
    plain = _rate(lambda: authority.sign(request, identity))
    facts = "reviews-v1;shop;reviews;v1;reviews;v1;Kubernetes"
    whole = _rate(lambda: authority.sign(request, Caller("cluster.local", "shop", "reviews").identity, facts=facts))
    print(f"certificates signed on one core: {plain:,.0f}/s; with facts beside the identity {whole:,.0f}/s")
    print(f"bare P-256 signatures: {bare:,.0f}/s, {bare / whole:.1f} for each certificate")


def _rate(do: Callable[[], object]) -> float:
    """How often a second of this process's CPU allows it."""
    begun, done = time.process_time(), 0
    while (spent := time.process_time() - begun) < _SECONDS:
        do()
        done += 1
    return done / spent

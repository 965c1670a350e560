"""Whom a mesh trusts and who signs for it, as the control plane tells agents: a type of resource of our own.

ROOTS is PEM: certificates, and behind them lists of what is revoked, as the last part of a certificate's answer has
them. SIGNER names the key that signs certificates now: whoever holds one of another key gets a new one. An agent
acknowledges when every proxy of it has what follows from what it was told.
"""

from typing import Final

from lateen.proto.resource import Resource, resource
from lateen.proto.types import PREFIX

TYPE: Final = PREFIX + "lateen.dev.TrustedRoots"
ROOTS: Final = "roots"
SIGNER: Final = "signer"


def roots_resource(roots: bytes, revoked: bytes) -> Resource:
    """Return the resource of roots and of revocation lists, both PEM."""
    return resource(TYPE, ROOTS, roots + revoked)


def signer_resource(key_name: str) -> Resource:
    """Return the resource that names the key that signs."""
    return resource(TYPE, SIGNER, key_name.encode())

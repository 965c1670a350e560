"""The roots that a mesh trusts, as the control plane tells agents: a type of resource of our own.

The value is PEM: certificates, and behind them lists of what is revoked, as the last part of a certificate's answer has
them. There is one resource, ROOTS.
"""

from typing import Final

from lateen.proto.resource import Resource, resource
from lateen.proto.types import PREFIX

TYPE: Final = PREFIX + "lateen.dev.TrustedRoots"
ROOTS: Final = "roots"


def roots_resource(roots: bytes, revoked: bytes) -> Resource:
    """Return the resource of roots and of revocation lists, both PEM."""
    return resource(TYPE, ROOTS, roots + revoked)

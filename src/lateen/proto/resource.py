"""A named, versioned, encoded Envoy resource, ready to be joined into a discovery response."""

from collections.abc import Iterable
from hashlib import blake2b

from msgspec import Struct

from lateen.base.refs import Origin
from lateen.proto import wire

_NOWHERE = Origin()


class Resource(Struct, frozen=True, weakref=True):
    """One resource as it is sent.

    `version` is a hash of the encoded value, in hex: equal bytes have equal versions on every replica.
    `entry` is the whole field `resources` (2) of a DeltaDiscoveryResponse: a response is a join of entries.
    `size` is the number of bytes of the value itself.
    """

    name: str
    version: str
    entry: bytes
    size: int
    origin: Origin = _NOWHERE

    def value(self) -> bytes:
        """Return the encoded message. It is the tail of the entry: `resource` composes it last."""
        return self.entry[len(self.entry) - self.size :]


def resource(
    type_url: str, name: str, value: bytes, origin: Origin = _NOWHERE, aliases: Iterable[str] = ()
) -> Resource:
    """Make a resource of an encoded message (encoded deterministically, or its version means nothing).

    Fields are those of envoy.service.discovery.v3.Resource: version 1, resource 2, name 3, aliases 4.
    """
    version = blake2b(value, digest_size=12).hexdigest()
    named = wire.string(1, version) + wire.string(3, name) + wire.join([wire.string(4, a) for a in aliases])
    entry = wire.field(2, named + wire.field(2, wire.any_of(type_url, value)))
    return Resource(name, version, entry, len(value), origin)

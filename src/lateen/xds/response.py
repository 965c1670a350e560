"""Compose delta discovery responses by joining what is encoded already."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from lateen.proto import wire
from lateen.proto.resource import Resource

LARGEST: Final = 3_000_000
"""Bytes of resources that one response carries at most, unless a single one is larger: gRPC's usual limit
for a message is 4 MB."""

ABSENT_VERSION: Final = "0"
"""The version of a resource without body. No resource has it: theirs are hashes."""


def compose(type_url: str, nonce: str, entries: Iterable[bytes], removed: Iterable[str] = ()) -> bytes:
    """Encode an envoy.service.discovery.v3.DeltaDiscoveryResponse: resources 2, type_url 4, nonce 5,
    removed_resources 6."""
    head = wire.string(4, type_url) + wire.string(5, nonce)
    return wire.join((head, *entries, *(wire.string(6, name) for name in removed)))


def absent(name: str) -> bytes:
    """Encode the field `resources` of a resource without body: "there is none of that name", to which the
    client stays subscribed. Fields of envoy.service.discovery.v3.Resource: version 1, name 3, aliases 4."""
    return wire.field(2, wire.string(1, ABSENT_VERSION) + wire.string(3, name) + wire.string(4, name))


def portions(resources: Sequence[Resource], largest: int = LARGEST) -> Iterator[list[Resource]]:
    """Divide resources, in their order, so that the entries of each portion take at most `largest` bytes."""
    portion: list[Resource] = []
    size = 0
    for resource in resources:
        if portion and size + len(resource.entry) > largest:
            yield portion
            portion, size = [], 0
        portion.append(resource)
        size += len(resource.entry)
    if portion:
        yield portion

"""The client's side of one type of a delta stream: ask for all there is, take what comes, acknowledge it.

https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#incremental-xds
"""

from collections.abc import Callable, Mapping

from google.protobuf.message import DecodeError

from lateen.proto import descriptors
from lateen.xds.subscription import WILDCARD

# Resources by name, encoded; None: there is none any more.
Changes = Mapping[str, bytes | None]


class Subscriber:
    """Keeps the versions of what it has through any number of streams: a new one brings only the difference.

    `take` is given every response's changes; it raises ValueError to refuse them.
    """

    def __init__(self, type_url: str, take: Callable[[Changes], None]) -> None:
        self._type_url, self._take = type_url, take
        self._versions: dict[str, str] = {}
        self._request = descriptors.message("envoy.service.discovery.v3.DeltaDiscoveryRequest")
        self._response = descriptors.message("envoy.service.discovery.v3.DeltaDiscoveryResponse")

    def opening(self, node_id: str, metadata: Mapping[str, str]) -> bytes:
        """Return the first request of a stream, from the node that it speaks for."""
        request = self._request(type_url=self._type_url, resource_names_subscribe=[WILDCARD])
        request.node.id = node_id
        request.node.metadata.update(metadata)
        request.initial_resource_versions.update(self._versions)
        return bytes(request.SerializeToString())

    def receive(self, data: bytes) -> bytes:
        """Take an encoded response and return the answer to it. Raises ValueError when it is none of this type."""
        try:
            response = self._response.FromString(data)
        except DecodeError as error:
            raise ValueError("not a DeltaDiscoveryResponse") from error
        if response.type_url != self._type_url:
            raise ValueError(f"resources of the type {response.type_url!r}, which nobody asked for")
        answer = self._request(type_url=self._type_url, response_nonce=response.nonce)
        changes: dict[str, bytes | None] = {one.name: one.resource.value for one in response.resources}
        changes |= dict.fromkeys(response.removed_resources)
        try:
            self._take(changes)
        except ValueError as error:
            answer.error_detail.message = str(error)
            return bytes(answer.SerializeToString())
        for name in response.removed_resources:
            self._versions.pop(name, None)
        self._versions |= {one.name: one.version for one in response.resources}
        return bytes(answer.SerializeToString())

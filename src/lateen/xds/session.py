"""Bring one client of a delta stream up to date: an Envoy over ADS, or over SDS on its own machine.

https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#incremental-xds
"""

from collections.abc import Callable, Sequence
from itertools import count
from typing import Final

from google.protobuf.message import DecodeError

from lateen.proto import descriptors, types
from lateen.proto.resource import Resource
from lateen.xds.lane import Behind, Due, Lane, TypeStatus
from lateen.xds.response import absent, compose, portions
from lateen.xds.view import View

PUSH_ORDER: Final = (
    types.CLUSTER,
    types.ENDPOINT,
    types.LISTENER,
    types.ROUTE,
    types.VIRTUAL_HOST,
    types.SECRET,
)
"""What is named comes before what names it; other types follow in the order they were asked for.
https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#eventual-consistency-considerations"""


class ProtocolError(Exception):
    """The stream cannot go on: end it. The client connects again and tells what it has."""


class Session:
    """One stream. `views(type_url)` are the views that make up this client's world of a type: of a name that
    two have, the first's resource counts. They may be others at each call (what differs is told), but they
    must be filled: what is not in them is told to be gone. None: not known yet, say nothing of that type.
    """

    def __init__(self, views: Callable[[str], Sequence[View] | None]) -> None:
        self._views = views
        self._lanes: dict[str, Lane] = {}
        self._nonces = count(1)
        self._request = descriptors.message("envoy.service.discovery.v3.DeltaDiscoveryRequest")

    def receive(self, data: bytes) -> None:
        """Take in an encoded DeltaDiscoveryRequest; raises ProtocolError when it is none."""
        try:
            request = self._request.FromString(data)
        except DecodeError as error:
            raise ProtocolError(f"not a DeltaDiscoveryRequest: {error}") from None
        type_url = request.type_url
        if not type_url:
            raise ProtocolError("a request names no type")
        if (lane := self._lanes.get(type_url)) is not None:
            lane.receive(request)
        else:
            self._lanes[type_url] = Lane(type_url, request)
            self._lanes = dict(sorted(self._lanes.items(), key=lambda item: _place(item[0])))

    def pending(self) -> list[bytes]:
        """Return the encoded DeltaDiscoveryResponses that bring the client up to date, in the order to send
        them; they are taken as sent. Clusters go last: by then nothing names them any more."""
        responses: list[bytes] = []
        goodbyes: list[tuple[Lane, Due]] = []
        for lane in self._lanes.values():
            if (due := self._due(lane)) is None:
                continue
            if lane.type_url == types.CLUSTER:
                self._follow_up(due.resources)
                if due.removed:
                    goodbyes.append((lane, Due([], [], due.removed)))
                    due = due._replace(removed=[])
                    if not due.resources:
                        continue
            responses += self._responses(lane, due)
        for lane, due in goodbyes:
            responses += self._responses(lane, due)
        return responses

    def status(self) -> list[TypeStatus]:
        """Tell how each type that the client asked for stands, in push order."""
        return [lane.status() for lane in self._lanes.values()]

    def _due(self, lane: Lane) -> Due | None:
        views = self._views(lane.type_url)
        try:
            return None if views is None else lane.due(tuple(views))
        except Behind as error:
            raise ProtocolError(f"the client is too far behind: {error}") from None

    def _follow_up(self, clusters: Sequence[Resource]) -> None:
        """Have the load assignments of clusters sent again: a changed cluster waits for its own, for which
        Envoy does not ask again; it would take effect only after its initial_fetch_timeout (15 s)."""
        if (lane := self._lanes.get(types.ENDPOINT)) is not None:
            lane.ask(cluster.name for cluster in clusters)

    def _responses(self, lane: Lane, due: Due) -> list[bytes]:
        parts = list(portions(due.resources)) or [[]]
        responses = []
        for part in parts:
            last = part is parts[-1]
            entries = [resource.entry for resource in part]
            entries += [absent(name) for name in due.absent] if last else ()
            nonce = str(next(self._nonces))
            response = compose(lane.type_url, nonce, entries, due.removed if last else ())
            lane.note(nonce, [resource.name for resource in part], len(response))
            responses.append(response)
        return responses


def _place(type_url: str) -> int:
    return PUSH_ORDER.index(type_url) if type_url in PUSH_ORDER else len(PUSH_ORDER)

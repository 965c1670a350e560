"""Bring one client of a delta stream up to date: an Envoy over ADS, or over SDS on its own machine.

https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#incremental-xds
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from typing import Final

from google.protobuf.message import DecodeError

from lateen.proto import descriptors, types
from lateen.xds.lane import Behind, Due, Lane, Nack, TypeStatus
from lateen.xds.order import CLUSTERS, ROUTING, place
from lateen.xds.response import absent, compose, portions
from lateen.xds.view import View, find

ABSENT_WITHOUT_BODY: Final = (types.VIRTUAL_HOST,)
"""How to say that a name a client asks for does not exist. Envoy takes a virtual host's absence from a
resource without body (as removed, the request that waits for it would hang); all others from
`removed_resources`. For a cluster on demand and for a secret that ends the wait at once. A load assignment
that is "removed" makes its new cluster ready without endpoints, where silence would hold it, and at the start
all listeners with it, until initial_fetch_timeout (15 s). A route configuration's is ignored."""


class ProtocolError(Exception):
    """The stream cannot go on: end it. The client connects again and tells what it has."""


class Session:
    """One stream. `views(type_url)` are the views that make up this client's world of a type: of a name that
    two have, the first's resource counts. They may be others at each call (what differs is told), but they
    must be filled: what is not in them is told to be gone. None: not known yet, say nothing of that type.

    `_goodbyes` are clusters that went and that the client still has. `refused` is called when it refused something.
    """

    def __init__(
        self, views: Callable[[str], Sequence[View] | None], refused: Callable[[], None] = lambda: None
    ) -> None:
        self._views, self._refused = views, refused
        self._lanes: dict[str, Lane] = {}
        self._goodbyes: set[str] = set()
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
            before = lane.nacks
            lane.receive(request)
            if lane.nacks and lane.nacks is not before:
                self._refused()
        else:
            self._lanes[type_url] = Lane(type_url, request)
            self._lanes = dict(sorted(self._lanes.items(), key=lambda item: place(item[0])))

    def pending(self) -> list[bytes]:
        """Return the encoded DeltaDiscoveryResponses that bring the client up to date, in the order to send
        them; they are taken as sent. Ask whenever something was received or a view changed: what waits for an
        acknowledgement comes after it. Raises ProtocolError when the client is too far behind."""
        responses: list[bytes] = []
        for lane in self._lanes.values():
            if lane.type_url in ROUTING and self._awaiting(CLUSTERS):
                continue
            if (due := self._due(lane)) is not None:
                responses += self._responses(lane, due)
        if self._goodbyes and not self._awaiting(self._lanes):
            responses += self._say_goodbye(self._lanes[types.CLUSTER])
        return responses

    def status(self) -> list[TypeStatus]:
        """Tell how each type that the client asked for stands, in push order."""
        return [lane.status() for lane in self._lanes.values()]

    def answered(self) -> bool:
        """Whether the client was told everything that there is for it now, and has taken or refused each of it."""
        known = ((lane, self._views(lane.type_url)) for lane in self._lanes.values())
        return not self._goodbyes and all(lane.answered(tuple(views or ())) for lane, views in known)

    def refusals(self) -> Iterator[tuple[str, str, Nack]]:
        """Yield what the client refused and has not yet accepted in another version: type, name, why."""
        return ((lane.type_url, name, nack) for lane in self._lanes.values() for name, nack in lane.nacks.items())

    def _awaiting(self, type_urls: Iterable[str]) -> bool:
        return any(self._lanes[type_url].awaiting for type_url in type_urls if type_url in self._lanes)

    def _due(self, lane: Lane) -> Due | None:
        views = self._views(lane.type_url)
        try:
            due = None if views is None else lane.due(tuple(views))
        except Behind as error:
            raise ProtocolError(f"the client is too far behind: {error}") from None
        return due and self._part_from_clusters(due) if lane.type_url == types.CLUSTER else due

    def _part_from_clusters(self, due: Due) -> Due | None:
        """Keep removals for later, and have the load assignments of what is sent follow: a changed cluster
        waits for its own, for which Envoy does not ask again; it would take effect only after 15 s."""
        if (lane := self._lanes.get(types.ENDPOINT)) is not None:
            lane.ask(cluster.name for cluster in due.resources)
        self._goodbyes.update(set(due.removed).difference(due.unknown))
        if due.removed and not due.resources and not due.unknown:
            return None
        return due._replace(removed=[])

    def _say_goodbye(self, lane: Lane) -> list[bytes]:
        """Remove the clusters that went, but for those that have come back."""
        views = self._views(types.CLUSTER) or ()
        names = sorted(name for name in self._goodbyes if find(views, name) is None)
        self._goodbyes.clear()
        return self._responses(lane, Due([], names, [], awaited=False)) if names else []

    def _responses(self, lane: Lane, due: Due) -> list[bytes]:
        """Compose what is due. Absence without body is said apart: a response names nothing twice."""
        bodiless = due.unknown if lane.type_url in ABSENT_WITHOUT_BODY else []
        removed = due.removed if bodiless else sorted({*due.removed, *due.unknown})
        groups = lane.apart(due.resources)
        parts = [[(r.name, r.entry) for r in portion] for group in groups for portion in portions(group)]
        if not parts and (removed or not bodiless):
            parts = [[]]
        last = len(parts) - 1
        if bodiless:
            parts.append([(name, absent(name)) for name in bodiless])
        responses = []
        for number, part in enumerate(parts):
            nonce = str(next(self._nonces))
            entries = [entry for _, entry in part]
            gone = removed if number == last else ()
            response = compose(lane.type_url, nonce, entries, gone)
            lane.note(nonce, [name for name, _ in part], len(response), awaited=due.awaited, removed=gone)
            responses.append(response)
        return responses

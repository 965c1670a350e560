"""One type's part of a session: what the client wants, how far it was told, and what waits for an answer."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from lateen.proto import types
from lateen.proto.resource import Resource
from lateen.xds.refusal import read_refusal
from lateen.xds.response import ABSENT_VERSION
from lateen.xds.subscription import WILDCARD, first_subscription
from lateen.xds.view import View, find

_IN_FLIGHT: Final = 64
"""Responses that may wait for their answer; older ones are taken for lost."""

_NONE: Final[frozenset[str]] = frozenset()


class Behind(Exception):
    """The client was told so long ago that what went since is forgotten. A new stream tells what it has."""


class Due(NamedTuple):
    """What brings a client up to date in one type, in the order of names.

    `removed`: names that it may have and that are gone; `unknown`: names that it asked for and that are not
    there; a name may be both. `awaited`: what builds on it waits until it is answered.
    """

    resources: list[Resource]
    removed: list[str]
    unknown: list[str]
    awaited: bool


class Nack(NamedTuple):
    """Why the client refused a resource, and the nonce of the response that had carried it."""

    reason: str
    nonce: str


class _InFlight(NamedTuple):
    nonce: str
    names: Sequence[str]
    removed: Sequence[str]
    awaited: bool


class TypeStatus(NamedTuple):
    """How a session stands in one type. In sync when `nonce_acked` is `nonce_sent`.

    `names` counts those subscribed by name; `nacks` holds what the client refused and has not yet accepted in
    another version, by name; counts are of everything sent so far.
    """

    type_url: str
    wildcard: bool
    names: int
    nonce_sent: str
    nonce_acked: str
    nacks: Mapping[str, Nack]
    responses: int
    resources: int
    bytes: int


class Lane:
    """What was sent is not listed: the client has what `_views` had at `_revisions`.

    Exceptions are what waits for the next response: `_asked`, names to answer whatever the client has, and
    `_all_asked`, to answer so whatever there is; and `_known`, versions by name that the client says it has,
    None once they have been compared. `_gone` are removals that were refused along with something else, to be said
    again. `_apart` are names that are to be sent in responses of their own.
    """

    __slots__ = (
        "_all_asked", "_answered", "_apart", "_asked", "_gone", "_in_flight", "_known", "_revisions", "_views",
        "acked", "bytes", "nacks", "resources", "responses", "sent", "subscription", "type_url",
    )  # fmt: skip

    def __init__(self, type_url: str, request: Any) -> None:
        """Open with the stream's first request for the type."""
        self.type_url = type_url
        self.subscription = first_subscription(type_url, request.resource_names_subscribe)
        self.sent = self.acked = self._answered = ""
        self.nacks: Mapping[str, Nack] = {}
        self.responses = self.resources = self.bytes = 0
        self._views: tuple[View, ...] = ()
        self._revisions: tuple[int, ...] = ()
        versions = request.initial_resource_versions.items()
        self._known: dict[str, str] | None = {name: v for name, v in versions if v != ABSENT_VERSION}
        self._asked = self.subscription.names - self._known.keys()
        self._all_asked = False
        self._gone: frozenset[str] = _NONE
        self._apart: list[Sequence[str]] = []
        self._in_flight: list[_InFlight] = []

    def receive(self, request: Any) -> None:
        """Take in a later DeltaDiscoveryRequest: an answer to a response, a change of the subscription."""
        if request.response_nonce:
            refusal = request.error_detail.message if request.HasField("error_detail") else None
            self._answer(request.response_nonce, refusal)
        self._resubscribe(set(request.resource_names_subscribe), set(request.resource_names_unsubscribe))

    def ask(self, names: Iterable[str]) -> None:
        """Send those of `names` that the client subscribed to once more, though they have not changed."""
        self._asked |= self.subscription.names.intersection(names)

    def due(self, views: tuple[View, ...]) -> Due | None:
        """Return what brings the client up to date with `views`, and take it as told; None when nothing does.

        The first answer to a wildcard is due even when there is nothing to tell: the client waits for it.
        """
        revisions = tuple([view.revision for view in views])
        if revisions == self._revisions and views == self._views and not self._waits():
            return None
        first = self.subscription.wildcard and (self._all_asked or self._known is not None)
        asked = self._asked | (self._candidates(views) if self._all_asked else _NONE)
        changed, covers = self._changed(views) | self._gone, self.subscription.covers
        names = sorted(name for name in asked | changed if covers(name))
        self._views, self._revisions = views, revisions
        self._asked, self._all_asked, self._known, self._gone = _NONE, False, None, _NONE
        if not names and not first:
            return None
        resources, gone = [], []
        for name in names:
            if (resource := find(views, name)) is not None:
                resources.append(resource)
            else:
                gone.append(name)
        self._accepted(set(gone))
        removed, unknown = [n for n in gone if n in changed], [n for n in gone if n in asked]
        mere_change = self.type_url == types.ENDPOINT and asked.isdisjoint(names)
        return Due(resources, removed, unknown, awaited=not mere_change)

    def apart(self, resources: Sequence[Resource]) -> list[list[Resource]]:
        """Divide what is due: what the client refused together goes in halves, so that it takes all but the fault."""
        groups, self._apart = self._apart, []
        place = {name: number for number, group in enumerate(groups, 1) for name in group}
        divided: list[list[Resource]] = [[] for _ in range(len(groups) + 1)]
        for resource in resources:
            divided[place.get(resource.name, 0)].append(resource)
        return [part for part in divided if part]

    def answered(self, views: tuple[View, ...]) -> bool:
        """Whether the client was told all that `views` hold for it, and has taken or refused each of it."""
        told = views == self._views and tuple([view.revision for view in views]) == self._revisions
        return told and not self._waits() and self.sent == self._answered

    @property
    def awaiting(self) -> bool:
        """Whether an awaited response has not been answered yet."""
        return any(response.awaited for response in self._in_flight)

    def note(self, nonce: str, names: Sequence[str], size: int, *, awaited: bool, removed: Sequence[str] = ()) -> None:
        """Count a response of `size` bytes that carried the resources `names`, and expect its answer."""
        self.sent = nonce
        self.responses += 1
        self.resources += len(names)
        self.bytes += size
        self._in_flight = [*self._in_flight[1 - _IN_FLIGHT :], _InFlight(nonce, names, removed, awaited)]

    def status(self) -> TypeStatus:
        """Tell how this type stands."""
        wildcard, names = self.subscription
        return TypeStatus(
            self.type_url, wildcard, len(names), self.sent, self.acked, self.nacks,
            self.responses, self.resources, self.bytes,
        )  # fmt: skip

    def _waits(self) -> bool:
        return bool(self._asked or self._gone) or self._all_asked or self._known is not None

    def _resubscribe(self, comes: set[str], goes: set[str]) -> None:
        if not comes and not goes:
            return
        self.subscription = self.subscription.changed(comes, goes)
        self._asked |= comes - {WILDCARD}
        if self.subscription.wildcard:
            self._asked |= goes - {WILDCARD}  # it has dropped them, and may still want them as some of all
        else:
            self._accepted({name for name in self.nacks if not self.subscription.covers(name)})
        self._all_asked |= WILDCARD in comes

    def _answer(self, nonce: str, refusal: str | None) -> None:
        """Note the answer to a response; answers come in order. An unknown nonce is none of ours."""
        place = next((i for i, response in enumerate(self._in_flight) if response.nonce == nonce), None)
        if place is None:
            return
        response = self._in_flight[place]
        del self._in_flight[: place + 1]
        self._answered = nonce
        if refusal is None:
            self.acked = nonce
            self._accepted({"", *response.names})
        else:
            self._refused(response, refusal)

    def _refused(self, response: _InFlight, text: str) -> None:
        """Keep what was refused and why. Where that was all for the fault of one, it is said again in parts."""
        reasons, whole = read_refusal(text, response.names)
        if not whole:
            self._accepted(set(response.names).difference(reasons))
        elif response.names:
            self._gone |= set(response.removed)
        if not reasons:
            half = len(response.names) // 2
            self._apart += [response.names[:half], response.names[half:]]
            self._asked |= set(response.names)
        self.nacks = {**self.nacks, **{name: Nack(reason, response.nonce) for name, reason in reasons.items()}}

    def _accepted(self, names: set[str]) -> None:
        if not names.isdisjoint(self.nacks):
            self.nacks = {name: nack for name, nack in self.nacks.items() if name not in names}

    def _changed(self, views: tuple[View, ...]) -> set[str]:
        """Return the names whose resource may differ from what the client has; also some it does not want."""
        stale = self._stale()
        if self._known is not None:
            has = self._known
            names = self._candidates(views).union(has)
            return stale | {name for name in names if has.get(name) != _version(views, name)}
        if views == self._views:
            return stale
        before = self._views
        names = self._candidates((*before, *views))
        return stale | {name for name in names if _version(before, name) != _version(views, name)}

    def _candidates(self, views: Iterable[View]) -> set[str]:
        names = set(self.subscription.names)
        if self.subscription.wildcard:
            names.update(*(view.names() for view in views))
        return names

    def _stale(self) -> set[str]:
        stale: set[str] = set()
        for view, revision in zip(self._views, self._revisions, strict=True):
            changed = view.changed_since(revision)
            if changed is None:
                raise Behind(f"{self.type_url}: told at revision {revision}, now at {view.revision}")
            stale.update(changed)
        return stale


def _version(views: Iterable[View], name: str) -> str | None:
    resource = find(views, name)
    return None if resource is None else resource.version

"""One shared, versioned set of resources of one type, which can say what changed since a revision."""

from collections.abc import Callable, Collection, Iterable, KeysView, Mapping

from lateen.proto.resource import Resource


class View:
    """Resources by name. Every commit that changes something is a new revision.

    `_stamps` holds each name's last revision in the order of change, removed names among them: what changed
    since a revision is its tail, and a name that changed a hundred times is there once. Of removed names only
    the last `graves` are remembered; `_floor` is the revision up to which some may be forgotten.
    `watchers` are called by a commit that changed something.
    """

    def __init__(self, graves: int = 4096) -> None:
        self.revision = 0
        self.watchers: set[Callable[[], None]] = set()
        self._resources: dict[str, Resource] = {}
        self._stamps: dict[str, int] = {}
        self._removed: dict[str, None] = {}
        self._graves = graves
        self._floor = 0

    def get(self, name: str) -> Resource | None:
        """Return a resource, None when there is none of that name."""
        return self._resources.get(name)

    def names(self) -> KeysView[str]:
        """Return the names of all resources."""
        return self._resources.keys()

    def commit(self, changes: Mapping[str, Resource | None]) -> bool:
        """Take over resources (None removes one); True when something a client can see changed."""
        changed = [name for name, resource in changes.items() if self._take(name, resource)]
        if changed:
            self.revision += 1
            for name in changed:
                self._stamps.pop(name, None)
                self._stamps[name] = self.revision
            self._forget_graves()
            for watcher in tuple(self.watchers):
                watcher()
        return bool(changed)

    def changed_since(self, revision: int) -> Collection[str] | None:
        """Return the names that changed or went after `revision`; None when that is too long ago to know."""
        if revision >= self.revision:
            return ()
        if revision < self._floor:
            return None
        changed = []
        for name in reversed(self._stamps):
            if self._stamps[name] <= revision:
                break
            changed.append(name)
        return changed

    def _take(self, name: str, resource: Resource | None) -> bool:
        old = self._resources.get(name)
        if resource is None:
            if old is not None:
                del self._resources[name]
                self._removed[name] = None
            return old is not None
        self._resources[name] = resource  # also when only its origin changed: debug pages show that
        self._removed.pop(name, None)
        return old is None or old.entry != resource.entry

    def _forget_graves(self) -> None:
        while len(self._removed) > self._graves:
            name = next(iter(self._removed))
            del self._removed[name]
            self._floor = max(self._floor, self._stamps.pop(name))


def find(views: Iterable[View], name: str) -> Resource | None:
    """Return the resource of that name of the first view that has one: several views make one world."""
    for view in views:
        if (resource := view.get(name)) is not None:
            return resource
    return None

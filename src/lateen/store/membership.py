"""Which namespaces are the mesh's: the others' objects are kept aside, and come and go with the labels.

https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig (discoverySelectors)
"""

from collections.abc import Iterable, Mapping
from typing import Any

from lateen.base.errors import Invalid
from lateen.base.refs import Key
from lateen.kinds.label_selector import LabelSelector, selects
from lateen.kinds.object import Object
from lateen.store.store import Store

Given = Object | dict[str, Any]


class Membership:
    """Stands before the store. Without selectors every namespace is in; the root namespace always is, and so is
    what has no namespace."""

    def __init__(self, store: Store, root: str = "istio-system") -> None:
        self._store, self._root = store, root
        self._selectors: tuple[LabelSelector, ...] = ()
        self._labels: dict[str, Mapping[str, str]] = {}
        self._aside: dict[str, dict[tuple[str, Key], Given]] = {}
        self._refused: dict[tuple[str, Key], Given] = {}
        self._kinds: set[str] = set()

    @property
    def outside(self) -> list[str]:
        """The namespaces that are known and not the mesh's."""
        return sorted(name for name in self._labels if not self.holds(name))

    def holds(self, namespace: str) -> bool:
        """Say whether what is in `namespace` belongs to the mesh."""
        if not self._selectors or namespace in ("", self._root):
            return True
        labels = self._labels.get(namespace)
        return labels is not None and any(selects(selector, labels) for selector in self._selectors)

    def labels_of(self, namespace: str) -> Mapping[str, str]:
        """The labels of a namespace, the mesh's or not; none while it is unknown."""
        return self._labels.get(namespace, {})

    def put(self, kind: str, key: Key, given: Given) -> None:
        """Give an object to the store, or keep it aside. Raises Invalid as the store does."""
        self._kinds.add(kind)
        if kind == "Namespace":
            self._label(key.name, given)
        if self.holds(key.namespace):
            self._give(kind, key, given)
        else:
            self._aside.setdefault(key.namespace, {})[kind, key] = given

    def delete(self, kind: str, key: Key) -> None:
        """Forget an object, wherever it is."""
        self._aside.get(key.namespace, {}).pop((kind, key), None)
        self._refused.pop((kind, key), None)
        self._store.delete(kind, key)
        if kind == "Namespace" and self._labels.pop(key.name, None) is not None:
            self._sort((key.name,))

    def select(self, selectors: tuple[LabelSelector, ...], root: str) -> None:
        """Take other selectors, and another root namespace; what belongs elsewhere then moves."""
        if (selectors, root) != (self._selectors, self._root):
            self._selectors, self._root = selectors, root
            here = {key.namespace for kind in self._kinds for key in self._store[kind]}
            self._sort(sorted({*here, *self._aside, *self._labels}))

    def _label(self, namespace: str, given: Given) -> None:
        if isinstance(given, Object):
            labels = given.labels
        else:
            found = (given.get("metadata") or {}).get("labels")
            labels = found if isinstance(found, dict) else {}
        if labels != self._labels.get(namespace):
            self._labels[namespace] = labels
            if self._selectors:
                self._sort((namespace,))

    def _sort(self, namespaces: Iterable[str]) -> None:
        """Move the objects of some namespaces to where they belong now."""
        for namespace in namespaces:
            if not self.holds(namespace):
                self._take_out(namespace)
                continue
            for (kind, key), given in self._aside.pop(namespace, {}).items():
                try:
                    self._give(kind, key, given)
                except Invalid:
                    continue  # the store keeps why

    def _take_out(self, namespace: str) -> None:
        """Of each object the newest version goes aside, accepted or not."""
        aside = self._aside.setdefault(namespace, {})
        for kind in self._kinds:
            for key, found in [(key, found) for key, found in self._store[kind].items() if key.namespace == namespace]:
                aside[kind, key] = found if found.spec.reads else found.raw
                self._store.delete(kind, key)

        for kind, key in [name for name in self._refused if name[1].namespace == namespace]:
            aside[kind, key] = self._refused.pop((kind, key))
            self._store.delete(kind, key)

    def _give(self, kind: str, key: Key, given: Given) -> None:
        self._refused.pop((kind, key), None)
        if isinstance(given, Object):
            return self._store.accept(given)
        try:
            self._store.put(given)
        except Invalid:
            self._refused[kind, key] = given
            raise

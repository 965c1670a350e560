"""A mesh in memory whose proxies' configuration can be looked at after every change."""

from collections.abc import Iterable, Mapping
from typing import Any

from worlds import fetch_modules

from lateen.app.pipeline import TYPES, Pipeline
from lateen.kinds.decode import check
from lateen.registry.workload import Workload

Raw = dict[str, Any]
# (pod, type, name of a resource) → its version
Look = Mapping[tuple[str, str, str], str]


class WatchedMesh:
    """A pipeline, and every proxy in it."""

    def __init__(self, objects: Iterable[Raw]) -> None:
        self._pipeline = Pipeline()
        self._pods: list[tuple[str, str]] = []
        self._wanted: set[Any] = set()
        for raw in objects:
            self._pipeline.store.put(raw)
            if raw["kind"] == "Pod":
                self._pods.append((raw["metadata"]["namespace"], raw["metadata"]["name"]))

    def put(self, raw: Raw) -> bool:
        """Put an object; False when it is not legal, and nothing was changed."""
        if self.faults(raw):
            return False
        self._pipeline.store.put(raw)
        return True

    def faults(self, raw: Raw) -> list[str]:
        """What is wrong with an object."""
        return [str(fault) for fault in check(raw) if fault.severity == "error"]

    def look(self) -> Look:
        """The versions of every resource of every proxy."""
        self._pipeline.settle()
        fetch_modules(self._pipeline.plans.module_store)
        self._pipeline.settle()
        found = {}
        for workload in self._proxies():
            scopes = self._pipeline.plans.scopes_of(workload)
            for scope in scopes:
                if scope not in self._wanted:
                    self._wanted.add(scope)
                    self._pipeline.want(scope)
            self._pipeline.settle()
            for type_url in TYPES:
                for scope in scopes:
                    view = self._pipeline.view(type_url, scope)
                    found |= {(workload.name, type_url, name): view.get(name).version for name in view.names()}  # type: ignore[union-attr]
        assert not self._pipeline.engine.errors, dict(self._pipeline.engine.errors)
        return found

    def _proxies(self) -> list[Workload]:
        found = (self._pipeline.plans.workload_at(*pod) for pod in self._pods)
        return [one for one in found if one is not None and one.injected]

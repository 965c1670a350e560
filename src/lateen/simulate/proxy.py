"""A proxy as it is configured: its resources, decoded when they are looked at."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from lateen.base.refs import Origin
from lateen.plan.authorization import Rule, Stage
from lateen.plan.listener import Listener
from lateen.plan.route import RouteConfig
from lateen.proto import types
from lateen.proto.descriptors import message
from lateen.proto.resource import Resource

V = TypeVar("V")


class Proxy:
    """Resources of one proxy by type URL. `listeners`, `tables`: the plans they were built from, by name, where
    known: decisions then name the field that asked for them."""

    def __init__(
        self,
        resources: Mapping[str, Iterable[Resource]],
        listeners: Mapping[str, Listener] | None = None,
        tables: Mapping[str, RouteConfig] | None = None,
    ) -> None:
        self._encoded = {
            type_url: {resource.name: resource for resource in found} for type_url, found in resources.items()
        }
        self._decoded: dict[tuple[str, str], Any] = {}
        self._listeners, self._tables = listeners or {}, tables or {}
        self._rules: dict[str, Origin] | None = None

    def resources(self) -> Mapping[str, Iterable[Resource]]:
        """All resources by type URL."""
        return {type_url: tuple(found.values()) for type_url, found in self._encoded.items()}

    def listeners(self) -> Iterable[Any]:
        """All listeners."""
        return (self._find(types.LISTENER, name) for name in self._encoded.get(types.LISTENER, ()))

    def table(self, name: str) -> Any | None:
        """The route configuration of this name."""
        return self._find(types.ROUTE, name)

    def tables(self) -> Iterable[Any]:
        """All route configurations."""
        return (self._find(types.ROUTE, name) for name in self._encoded.get(types.ROUTE, ()))

    def cluster(self, name: str) -> Any | None:
        """The cluster of this name."""
        return self._find(types.CLUSTER, name)

    def clusters(self) -> Iterable[Any]:
        """All clusters."""
        return (self._find(types.CLUSTER, name) for name in self._encoded.get(types.CLUSTER, ()))

    def assignment(self, name: str) -> Any | None:
        """The endpoints of the cluster of this name."""
        return self._find(types.ENDPOINT, name)

    def origin_of(self, type_url: str, name: str) -> Origin:
        """Which object a resource comes from."""
        resource = self._encoded.get(type_url, {}).get(name)
        return resource.origin if resource else Origin()

    def chain_origin(self, listener: str, chain: str) -> Origin:
        """Which object asks for a filter chain."""
        plan = self._listeners.get(listener)
        return _first(plan.chains, lambda each: each.name == chain, lambda each: each.origin) if plan else Origin()

    def route_origin(self, table: str, virtual_host: str, position: int) -> Origin:
        """Which field asks for the route at `position` of a virtual host."""
        plan = self._tables.get(table)
        for host in plan.virtual_hosts if plan else ():
            if host.name == virtual_host and position < len(host.routes):
                return host.routes[position].origin
        return Origin()

    def rule_origin(self, name: str) -> Origin:
        """Which policy and rule of it a rule of authorization comes from."""
        if self._rules is None:
            self._rules = {rule.name: rule.origin for plan in self._listeners.values() for rule in rules_of(plan)}
        return self._rules.get(name, Origin())

    def _find(self, type_url: str, name: str) -> Any | None:
        found = self._decoded.get((type_url, name))
        if found is None and (resource := self._encoded.get(type_url, {}).get(name)) is not None:
            found = message(types.message_name(type_url)).FromString(resource.value())
            self._decoded[type_url, name] = found
        return found


def _first(items: Iterable[V], wanted: Callable[[V], bool], of: Callable[[V], Origin]) -> Origin:
    return next((of(item) for item in items if wanted(item)), Origin())


def rules_of(listener: Listener) -> Iterator[Rule]:
    """Yield the rules of authorization of a listener's chains."""
    for checks in {chain.proxy.checks for chain in listener.chains}:
        asked = (one if isinstance(one, Stage) else one.stage for one in checks.custom)
        for stage in (*asked, *checks.stages):
            yield from (*(stage.rules or ()), *(stage.trial or ()))


def unpack(packed: Any) -> Any:
    """Decode what a google.protobuf.Any holds."""
    return message(types.message_name(packed.type_url)).FromString(packed.value)

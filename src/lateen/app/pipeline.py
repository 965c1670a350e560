"""The house on one page: objects → plans → resources → views.

    store ──► registry ──► security ──► planner ──► envoy ──► views ──► sessions
    (each arrow is a named, incremental collection; nothing walks back up)

Only the scopes of connected proxies are computed. A view holds one scope's resources of one type; a proxy's
world of a type is the union of its scopes' views.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from lateen.app.whole_names import whole_names
from lateen.envoy.build import Builder
from lateen.planner.dns_capture import USUAL, DnsCapture
from lateen.planner.envoy_filters import told
from lateen.planner.plans import build_plans
from lateen.planner.scope import Scope
from lateen.planner.scopes import Scopes
from lateen.proto import name_table, types
from lateen.proto.resource import Resource
from lateen.reactive.engine import Engine
from lateen.reactive.index import Index
from lateen.registry.mesh import Mesh, mesh_map
from lateen.registry.workload import Workload
from lateen.store.store import Store
from lateen.xds.session import Session
from lateen.xds.view import View

TYPES = (types.CLUSTER, types.ENDPOINT, types.LISTENER, types.ROUTE, types.EXTENSION_CONFIG)
"""What Envoy asks for."""
SERVED = (*TYPES, types.SECRET, name_table.NAME)
"""What there is for a scope: for its proxies, and for their agents. Secrets are shown to nobody else."""


ADDED = {"CLUSTER": types.CLUSTER, "LISTENER": types.LISTENER, "EXTENSION_CONFIG": types.EXTENSION_CONFIG}


class Pipeline:
    """The control plane as pure state: put objects into `store`, call `settle`, read the views."""

    def __init__(
        self, trust_domain: str = "cluster.local", revision: str = "", several_authorizers: bool = False
    ) -> None:
        self.engine = engine = Engine()
        self.store = Store(engine)
        default = Mesh(
            trust_domain=trust_domain, config_map=mesh_map(revision), several_authorizers=several_authorizers
        )
        self.plans = plans = build_plans(engine, self.store, default)
        builder, hitting = Builder(trust_domain), plans.patches
        self.resources = {
            types.CLUSTER: engine.map(
                "clusters",
                plans.upstreams,
                lambda read, key, plan: builder.cluster(plan, hitting.of_upstream(read, key[0], plan)),
            ),
            types.ENDPOINT: engine.map(
                "endpoints", plans.assignments, lambda _, __, plan: builder.load_assignment(plan)
            ),
            types.SECRET: engine.map("secrets", plans.secrets, lambda _, __, plan: builder.secret(plan)),
            types.LISTENER: engine.map(
                "listeners",
                plans.listeners,
                lambda read, key, plan: builder.listener(plan, hitting.of_listener(read, key[0], plan)),
            ),
            types.ROUTE: engine.map(
                "routes",
                plans.routes,
                lambda read, key, plan: builder.route_config(plan, hitting.of_table(read, key[0], plan)),
            ),
            types.EXTENSION_CONFIG: engine.map(
                "encoded modules", plans.modules, lambda _, __, plan: builder.module(plan)
            ),
            name_table.NAME: engine.map("encoded names", plans.names, lambda _, __, plan: builder.name(plan)),
        }
        self.added = {
            type_url: engine.map(f"added {name}", plans.additions[name], lambda _, __, plan: builder.addition(plan))
            for name, type_url in ADDED.items()
        }
        everything = (*self.resources.items(), *self.added.items())
        self._by_scope: dict[str, list[Index[Scope, tuple[Scope, str], Resource]]] = {}
        for type_url, collection in everything:
            index = engine.index(f"{collection.name} by scope", collection, lambda key, resource: [key[0]])
            self._by_scope.setdefault(type_url, []).append(index)
            collection.subscribe(self._deliver(type_url))
        self._views: dict[tuple[str, Scope], View] = {}
        self._whole: dict[Scope, tuple[View, Callable[[], None]]] = {}
        self._wanted: Counter[Scope] = Counter()

    def want(self, scope: Scope) -> None:
        """Have `scope` computed (at the next settle) for as long as somebody wants it; counted."""
        self._wanted[scope] += 1
        if self._wanted[scope] == 1:
            for type_url in SERVED:
                self._views[type_url, scope] = view = View()
                # A scope that is wanted again before the engine has forgotten it: equal rows are no news.
                for rows in self._by_scope[type_url]:
                    view.commit({name: row for (_, name), row in rows.find(scope).items()})
            self.plans.want(scope)

    def release(self, scope: Scope) -> None:
        """Take one `want` back; what nobody wants is forgotten."""
        self._wanted[scope] -= 1
        if not self._wanted[scope]:
            del self._wanted[scope]
            self.plans.release(scope)
            if (whole := self._whole.pop(scope, None)) is not None:
                whole[1]()
            for type_url in SERVED:
                del self._views[type_url, scope]

    def view(self, type_url: str, scope: Scope) -> View:
        """Return the view of a wanted scope; one without resources for types that the house does not make."""
        if type_url == name_table.TABLE and scope.kind == "sidecar" and scope in self._wanted:
            if scope not in self._whole:
                self._whole[scope] = whole_names(self._views[name_table.NAME, scope])
            return self._whole[scope][0]
        return self._views.get((type_url, scope)) or _NOTHING

    def settle(self) -> None:
        """Compute everything that changed and commit it to the views."""
        self.engine.settle()

    def _deliver(self, type_url: str) -> Callable[[Mapping[tuple[Scope, str], Resource | None]], None]:
        def commit(changes: Mapping[tuple[Scope, str], Resource | None]) -> None:
            by_scope: dict[Scope, dict[str, Resource | None]] = {}
            for (scope, name), resource in changes.items():
                by_scope.setdefault(scope, {})[name] = resource
            for scope, changed in by_scope.items():
                if (view := self._views.get((type_url, scope))) is not None:
                    view.commit(changed)

        return commit


_NOTHING = View()


class ConnectedProxy:
    """One proxy's part of the pipeline: its scopes wanted, its session over their views."""

    def __init__(
        self,
        pipeline: Pipeline,
        facts: Workload,
        closed: Callable[["ConnectedProxy"], None],
        refused: Callable[[], None] = lambda: None,
        dns: DnsCapture = USUAL,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        """`closed` is called once, when the connection has ended, `refused` whenever the proxy refused something.
        `dns`: what the proxy says of the names of its applications, `metadata`: what its node says; nobody else can
        tell."""
        self.workload = facts.key
        self._dns = dns.text()
        self._metadata = metadata or {}
        self._asked: set[str] = set()
        self._pipeline = pipeline
        self._closed = closed
        self._scopes: tuple[Scope, ...] = ()
        self._watched: set[View] = set()
        self._wake: Callable[[], None] | None = None
        self._move(self._own(pipeline.plans.scopes_of(facts)))
        pipeline.settle()
        self.session = Session(self._asked_for, refused)

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """Whose plans this proxy runs, the most particular last."""
        return self._scopes

    def watch(self, wake: Callable[[], None]) -> None:
        """Call `wake` whenever one of the session's views changes, until `close`."""
        self._wake = wake
        self._follow()

    def move(self, scopes: Scopes) -> None:
        """Run other scopes from the next settle on."""
        scopes = self._own(scopes)
        if scopes == self._scopes:
            return
        self._move(scopes)
        self._follow()
        if self._wake:
            self._wake()

    def close(self) -> None:
        """Let go of everything that only this connection wanted."""
        self._wake = None
        self._follow()
        self._move(())
        self._closed(self)

    def _own(self, scopes: Scopes) -> Scopes:
        own = (told(scope, self._metadata) for scope in scopes)
        return tuple(scope._replace(dns=self._dns) if scope.kind == "sidecar" else scope for scope in own)

    def _asked_for(self, type_url: str) -> tuple[View, ...]:
        """The views of a type that the client asks for: it is woken by these and no others."""
        if type_url not in self._asked:
            self._asked.add(type_url)
            self._follow()
        return self._of_type(type_url)

    def _of_type(self, type_url: str) -> tuple[View, ...]:
        return tuple(self._pipeline.view(type_url, scope) for scope in self._scopes)

    def _move(self, scopes: tuple[Scope, ...]) -> None:
        for scope in scopes:
            self._pipeline.want(scope)
        for scope in self._scopes:
            self._pipeline.release(scope)
        self._scopes = scopes

    def _follow(self) -> None:
        wake: Any = self._wake
        wanted = {view for type_url in self._asked for view in self._of_type(type_url)} if wake else set()
        for view in self._watched - wanted:
            view.watchers.discard(self._call)
        for view in wanted - self._watched:
            view.watchers.add(self._call)
        self._watched = wanted

    def _call(self) -> None:
        if self._wake:
            self._wake()

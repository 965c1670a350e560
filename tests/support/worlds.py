"""A mesh in memory: objects in, plans out. What tests of the planner stand on."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

import msgspec
import yaml

from lateen.app.pipeline import TYPES, Pipeline
from lateen.base.refs import Key
from lateen.plan.extension import Code
from lateen.plan.listener import Listener
from lateen.plan.route import RouteConfig, VirtualHost
from lateen.plan.upstream import LoadAssignment, Upstream
from lateen.planner.module import FetchedModule
from lateen.planner.modules import Modules
from lateen.planner.plans import build_plans
from lateen.planner.scope import COMMON, Scope
from lateen.reactive import Engine
from lateen.simulate.proxy import Proxy
from lateen.store.store import Store

SHOP = Scope("sidecar", "shop")


class World:
    """`put` and `delete` take effect at once. Scopes: `SHOP` where none is given."""

    def __init__(self, *scopes: Scope) -> None:
        self.engine = Engine(events=200_000)
        self.store = Store(self.engine)
        self.plans = build_plans(self.engine, self.store)
        self._seen = 0
        for scope in scopes or (COMMON, SHOP):
            self.plans.want(scope)
        self.engine.settle()

    def put(self, *objects: str | Mapping[str, Any]) -> None:
        """Put objects, given as dicts or YAML of any number of documents."""
        for given in objects:
            for raw in yaml.safe_load_all(given) if isinstance(given, str) else (given,):
                if raw:
                    self.store.put(raw)
        self.settle()

    def delete(self, kind: str, name: str, namespace: str = "shop") -> None:
        self.store.delete(kind, Key(namespace, name))
        self.settle()

    def fetch(self) -> None:
        """Fetch the modules that are asked for, as the world outside does."""
        fetch_modules(self.plans.module_store)
        self.settle()

    def want(self, *scopes: Scope) -> None:
        for scope in scopes:
            self.plans.want(scope)
        self.settle()

    def settle(self) -> None:
        """Settle, and remember what ran for `ran`."""
        events = self.engine.events
        self._seen = events[-1].sequence + 1 if events else 0
        self.engine.settle()
        assert not self.engine.errors, dict(self.engine.errors)

    def ran(self) -> dict[str, list[Any]]:
        """Return the tasks that ran since the last change, by collection."""
        found: dict[str, list[Any]] = {}
        for name, key in self.engine.ran(self._seen):
            found.setdefault(name, []).append(key)
        return found

    def changed(self, collection: str) -> list[Any]:
        """Return the keys of a collection whose rows changed since the last change, sorted."""
        return sorted(
            event.key
            for event in self.engine.events
            if event.sequence >= self._seen and event.collection == collection and event.what in ("changed", "removed")
        )

    def upstream(self, name: str, scope: Scope = SHOP) -> Upstream | None:
        return self.plans.upstreams.get((scope, name))

    def assignment(self, name: str, scope: Scope = SHOP) -> LoadAssignment | None:
        return self.plans.assignments.get((scope, name))

    def addresses(self, name: str, scope: Scope = SHOP) -> list[str]:
        """The endpoints behind an upstream, as address:port."""
        found = self.assignment(name, scope)
        localities = found.localities if found else ()
        return [f"{one.address}:{one.port}" for locality in localities for one in locality.endpoints]

    def listener(self, name: str, scope: Scope = SHOP) -> Listener | None:
        return self.plans.listeners.get((scope, name))

    def table(self, name: str, scope: Scope = SHOP) -> RouteConfig | None:
        return self.plans.routes.get((scope, name))

    def host(self, table: str, name: str, scope: Scope = SHOP) -> VirtualHost | None:
        found = self.table(table, scope)
        return next((one for one in found.virtual_hosts if one.name == name), None) if found else None

    def targets(self, table: str, name: str, scope: Scope = SHOP) -> list[str]:
        """The upstreams of a virtual host's routes, in order."""
        found = self.host(table, name, scope)
        assert found is not None, f"no virtual host {name} in {table}"
        return [to.upstream for route in found.routes for to in route.action.destinations]  # type: ignore[union-attr]

    def names(self, collection: str, scope: Scope = SHOP) -> list[str]:
        """All names that a scope has in "upstreams", "listeners", "routes" or "assignments"."""
        return sorted(name for of, name in getattr(self.plans, collection) if of == scope)


def fetch_modules(modules: Modules) -> None:
    """Put what requests lead to: of each URL and digest something else."""
    for name, request in dict(modules.requests.items()).items():
        if not request.module.path:
            content = f"{request.url} {request.sha256}".encode()
            modules.fetched.put(name, FetchedModule(request, Code(sha256(content).hexdigest(), content)))


def service(
    name: str,
    ports: Iterable[Mapping[str, Any]] = ({"name": "http", "port": 80},),
    *,
    namespace: str = "shop",
    address: str = "",
    annotations: Mapping[str, str] | None = None,
    **spec: Any,
) -> dict[str, Any]:
    """A Service that selects `app: <name>`; `address`: its cluster IP, "None" = headless."""
    given = {"selector": {"app": name}, "ports": list(ports), "clusterIP": address} | spec
    meta = {"name": name, "namespace": namespace, "annotations": dict(annotations or {})}
    return {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": given}


def pod(
    name: str,
    ip: str = "",
    labels: Mapping[str, str] | None = None,
    *,
    namespace: str = "shop",
    account: str = "default",
    injected: bool = True,
    ports: Iterable[Mapping[str, Any]] = (),
    annotations: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A ready pod, with a sidecar unless `injected` is False."""
    all_labels = {"app": name.partition("-")[0]} | dict(labels or {})
    containers: list[dict[str, Any]] = [{"name": "app", "image": "app", "ports": list(ports)}]
    proxies = []
    if injected:
        all_labels["security.istio.io/tlsMode"] = "istio"
        proxies = [{"name": "istio-proxy", "image": "auto", "restartPolicy": "Always"}]
    meta = {
        "name": name,
        "namespace": namespace,
        "labels": all_labels,
        "annotations": dict(annotations or {}),
    }
    spec = {"containers": containers, "initContainers": proxies, "serviceAccountName": account}
    ready = {"type": "Ready", "status": "True"}
    status = {"phase": "Running", "podIP": ip, "conditions": [ready]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec, "status": status}


def slices(
    name: str, pods: Mapping[str, str], ports: Mapping[str, int] | None = None, *, namespace: str = "shop"
) -> dict[str, Any]:
    """The EndpointSlice of a service: pod names with their addresses, port names with their numbers."""
    endpoints = [
        {
            "addresses": [address],
            "conditions": {"ready": True},
            "targetRef": {"kind": "Pod", "name": pod, "namespace": namespace},
        }
        for pod, address in pods.items()
    ]
    numbers = {"http": 80} if ports is None else ports
    meta = {
        "name": f"{name}-1",
        "namespace": namespace,
        "labels": {"kubernetes.io/service-name": name},
    }
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": meta,
        "addressType": "IPv4",
        "endpoints": endpoints,
        "ports": [{"name": port, "port": number, "protocol": "TCP"} for port, number in numbers.items()],
    }


def istio(kind: str, name: str, spec: str, *, namespace: str = "shop", created: str = "") -> dict[str, Any]:
    """An Istio object with its spec in YAML."""
    groups = {
        "PeerAuthentication": "security.istio.io/v1",
        "AuthorizationPolicy": "security.istio.io/v1",
        "RequestAuthentication": "security.istio.io/v1",
        "TrafficExtension": "extensions.istio.io/v1alpha1",
        "WasmPlugin": "extensions.istio.io/v1alpha1",
    }
    meta = {"name": name, "namespace": namespace}
    if created:
        meta["creationTimestamp"] = created
    return {
        "apiVersion": groups.get(kind, "networking.istio.io/v1"),
        "kind": kind,
        "metadata": meta,
        "spec": yaml.safe_load(spec) or {},
    }


def gateway_api(
    kind: str, name: str, spec: str, *, namespace: str = "shop", created: str = "", **more: Any
) -> dict[str, Any]:
    """An object of the Gateway API with its spec in YAML. `more`: of its metadata."""
    meta = {"name": name, "namespace": namespace, **more} | ({"creationTimestamp": created} if created else {})
    version = "v1beta1" if kind == "ReferenceGrant" else "v1"
    return {
        "apiVersion": f"gateway.networking.k8s.io/{version}",
        "kind": kind,
        "metadata": meta,
        "spec": yaml.safe_load(spec) or {},
    }


def mesh_config(text: str) -> dict[str, Any]:
    """The mesh's settings."""
    meta = {"name": "istio", "namespace": "istio-system"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {"mesh": text}}


def decode_spec(model: type[Any], text: str) -> Any:
    """Decode YAML into any part of a kind's model."""
    return msgspec.convert(yaml.safe_load(text), model)


def configured(
    *objects: str | Mapping[str, Any], proxy: Mapping[str, Any] | None = None, fetched: bool = True
) -> Proxy:
    """The proxy of the pod `proxy` (default: `shop/client`) as the pipeline configures it in a mesh of these objects.
    `fetched`: modules that are asked for are there."""
    pipeline = Pipeline()
    own = proxy or pod("client", "10.1.0.9")
    for given in (*objects, own):
        for raw in yaml.safe_load_all(given) if isinstance(given, str) else (given,):
            if raw:
                pipeline.store.put(dict(raw))
    pipeline.settle()
    if fetched:
        fetch_modules(pipeline.plans.module_store)
    workload = pipeline.plans.workload_at(own["metadata"]["namespace"], own["metadata"]["name"])
    assert workload is not None
    scopes = pipeline.plans.scopes_of(workload)
    for scope in scopes:
        pipeline.want(scope)
    pipeline.settle()
    assert not pipeline.engine.errors, dict(pipeline.engine.errors)
    views = {type_url: [pipeline.view(type_url, scope) for scope in scopes] for type_url in TYPES}
    found = {type_url: [view.get(name) for view in each for name in view.names()] for type_url, each in views.items()}
    listeners, tables = pipeline.plans.listeners, pipeline.plans.routes
    return Proxy(
        {type_url: [one for one in each if one] for type_url, each in found.items()},
        {key[1]: row for key, row in listeners.items() if key[0] in scopes},
        {key[1]: row for key, row in tables.items() if key[0] in scopes},
    )

"""What people may see of the running control plane: state as plain data, computed only when asked."""

from collections.abc import Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import msgspec

from lateen.advise.host import explain_host
from lateen.advise.mutual_tls import check_tls
from lateen.advise.strictness import readiness
from lateen.app.pipeline import TYPES, ConnectedProxy
from lateen.app.refusals import SHORT
from lateen.app.trusted_roots import RootListener
from lateen.base.refs import Key
from lateen.envoy.describe import describe
from lateen.planner.plans import Plans
from lateen.planner.scope import Scope
from lateen.proto import name_table, types
from lateen.proto.name_table import NameInfo
from lateen.proto.resource import Resource
from lateen.registry.workload import Workload
from lateen.server.ads import Connection
from lateen.server.debug import Windows
from lateen.xds.lane import TypeStatus

if TYPE_CHECKING:
    from lateen.app.control_plane import ControlPlane

_NAMES = (name_table.NAME, name_table.TABLE)
_PLURAL = {
    types.CLUSTER: "clusters",
    types.ENDPOINT: "endpoints",
    types.LISTENER: "listeners",
    types.ROUTE: "routes",
    types.EXTENSION_CONFIG: "extensions",
}


class Inspector:
    """Looks into one control plane; a proxy is named by its node id, or as `pod.namespace`."""

    def __init__(self, plane: "ControlPlane") -> None:
        self._plane = plane

    @property
    def _plans(self) -> Plans:
        return self._plane.pipeline.plans

    def windows(self) -> Windows:
        """Return the windows that the debug server opens."""
        return Windows(
            ready=self._plane.source.missing,
            graph=lambda: self._plane.pipeline.engine.graph(),
            syncz=self.syncz,
            authority=self.authority,
            configz=self.configz,
            ndsz=self.ndsz,
            plan=self.plan,
            resources=self.resources,
            session=self.session,
            why=self.why,
            explain_host=lambda proxy, host: explain_host(self._plans, self._proxy(proxy).scopes, host),
            tls_check=lambda proxy, host: check_tls(self._plans, self._proxy(proxy).scopes, host),
            bootstrap=self.bootstrap,
            strictness=lambda namespace: readiness(self._plans, namespace),
            caught_up=self._plane.caught_up,
            gone=self._plane.gone,
        )

    def syncz(self) -> list[dict[str, Any]]:
        """Tell for every connected proxy whether it has what it should have."""
        rows: dict[str, dict[str, Any]] = {}
        proxies = (one for one in self._plane.ads.connections if isinstance(one.proxy, ConnectedProxy))
        for connection in sorted(proxies, key=_is_agents):
            row = self._sync(connection)
            types_ = rows.setdefault(connection.node.id, row)["types"]
            types_ |= row["types"]  # an agent speaks for its proxy
        return list(rows.values())

    def authority(self) -> dict[str, Any]:
        """Tell who signs, what is trusted, which agents hear of it, and whose proxies do not have it yet."""
        plane = self._plane
        agents = {_pod(one): one.proxy for one in plane.ads.connections if isinstance(one.proxy, RootListener)}
        proxies = {_pod(one) for one in plane.ads.connections if isinstance(one.proxy, ConnectedProxy)}
        trust = plane.trust()
        return {
            "signer": plane.authority.key_name,
            "roots": sorted(trust.fingerprints),
            "revoked": trust.revoked.pem.decode(),
            "proxies": sorted(proxies),
            "agents": sorted(agents),
            "late": sorted(name for name, agent in agents.items() if agent.late),
        }

    def ndsz(self, proxy: str) -> dict[str, Any]:
        """Return the names that the proxy's agent should know, as Istio's name table."""
        found = self._proxy(proxy)
        views = [self._plane.pipeline.view(name_table.NAME, scope) for scope in found.scopes]
        resources = (view.get(name) for view in views for name in sorted(view.names()))
        return {"table": {one.name: _named(one) for one in resources if one is not None}}

    def configz(self) -> dict[str, Any]:
        """Tell what is in force, and what was refused and why."""
        store = self._plane.pipeline.store
        refused = [
            {"kind": kind, "name": str(key), "faults": [str(fault) for fault in error.faults]}
            for (kind, key), error in store.rejections.items()
        ]
        failing = [
            {"collection": name, "key": str(key), "error": error}
            for (name, key), error in self._plane.pipeline.engine.errors.items()
        ]
        mesh = next(iter(self._plane.pipeline.plans.registry.mesh.items()), None)
        return {
            "mesh_settings": msgspec.to_builtins(mesh[1]) if mesh else {},
            "rejections": refused,
            "namespaces_outside": self._plane.source.membership.outside,
            "kinds": self._plane.source.kinds(),
            "leader": self._plane.elector.holder,
            "errors": failing,
        }

    def plan(self, proxy: str) -> dict[str, Any]:
        """Return what the proxy should do, in our own words."""
        plans = self._plane.pipeline.plans
        scopes = set(self._proxy(proxy).scopes)
        return {
            name: {key[1]: msgspec.to_builtins(plan) for key, plan in collection.items() if key[0] in scopes}
            for name, collection in (("upstreams", plans.upstreams), ("assignments", plans.assignments),
                                     ("listeners", plans.listeners), ("routes", plans.routes))
        }  # fmt: skip

    def resources(self, proxy: str) -> dict[str, Any]:
        """Return the Envoy resources that the proxy should have."""
        shown: dict[str, Any] = {}
        for type_url, scope in self._places(proxy):
            view = self._plane.pipeline.view(type_url, scope)
            found = ((name, view.get(name)) for name in view.names())
            shown.setdefault(_PLURAL[type_url], {}).update(
                {name: describe(resource, type_url) for name, resource in found if resource is not None}
            )
        return shown

    def bootstrap(self, node: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the patches for the bootstrap of a proxy that calls itself `node` (Envoy's Node)."""
        said = node.get("metadata") or {}
        key = Key(str(said.get("NAMESPACE", "")), str(said.get("NAME", "")))
        labels = {str(name): str(value) for name, value in (said.get("LABELS") or {}).items()}
        gateway = str(node.get("id", "")).startswith("router~")
        workload = Workload(namespace=key.namespace, name=key.name, labels=labels, gateway=gateway)
        found = self._plans.filters.of_bootstrap(workload, self._plans.settings.root_namespace, said)
        return [{"operation": one.operation, "value": msgspec.json.decode(one.value or b"{}")} for one in found]

    def session(self, proxy: str) -> dict[str, Any]:
        """Return how the proxy's stream stands, type by type."""
        states = self._proxy(proxy).session.status()
        return {SHORT.get(each.type_url, each.type_url): each._asdict() | {"nacks": _reasons(each)} for each in states}

    def why(self, proxy: str, name: str) -> dict[str, Any]:
        """Tell where a resource of a proxy comes from; `name` as `cluster/outbound|9080||…`."""
        kind, _, resource_name = name.partition("/")
        for type_url, scope in self._places(proxy):
            resource = self._plane.pipeline.view(type_url, scope).get(resource_name)
            if resource is not None and _PLURAL[type_url].startswith(kind):
                origin, size = str(resource.origin), resource.size
                return {"resource": resource_name, "scope": str(scope), "bytes": size, "origin": origin}
        raise KeyError(name)

    def _places(self, proxy: str) -> Iterator[tuple[str, Scope]]:
        scopes = self._proxy(proxy).scopes
        return ((type_url, scope) for type_url in TYPES for scope in scopes)

    def _proxy(self, name: str) -> ConnectedProxy:
        for connection in sorted(self._plane.ads.connections, key=_is_agents):
            node = connection.node
            if name in (node.id, f"{node.pod}.{node.namespace}") and isinstance(connection.proxy, ConnectedProxy):
                return connection.proxy
        raise KeyError(name)

    def _sync(self, connection: Connection) -> dict[str, Any]:
        node, states = connection.node, connection.proxy.session.status()
        return {
            "proxy": _pod(connection),
            "proxy_type": node.kind,
            "cluster": node.metadata.get("CLUSTER_ID", self._plane.places.cluster_id),
            "istiod": self._plane.places.replica,
            "version": node.metadata.get("ISTIO_VERSION") or version("lateen"),
            "connected_since": connection.since,
            "bytes_sent": connection.sent,
            "bytes_received": connection.received,
            "types": {SHORT.get(each.type_url, each.type_url): _state(each) for each in states},
        }


def _pod(connection: Connection) -> str:
    return f"{connection.node.pod}.{connection.node.namespace}"


def _is_agents(connection: Connection) -> bool:
    """Whether a stream asks for names only: it is not the proxy's own, but its agent's."""
    return all(each.type_url in _NAMES for each in connection.proxy.session.status())


def _named(resource: Resource) -> dict[str, Any]:
    info = NameInfo.decode(resource.value())
    said = {"ips": info.ips, "registry": info.registry, "shortname": info.short_name, "namespace": info.namespace}
    return {field: value for field, value in said.items() if value}


def _state(status: TypeStatus) -> dict[str, Any]:
    """How a type stands, in the words of istioctl; ERROR (of the CSDS protocol) where something was refused."""
    if not status.nonce_sent:
        state = "NOT SENT"
    elif status.nacks:
        state = "ERROR"
    else:
        state = "SYNCED" if status.nonce_sent == status.nonce_acked else "STALE"
    return {"state": state, "sent": status.nonce_sent, "acked": status.nonce_acked, "nacks": _reasons(status),
            "responses": status.responses, "resources": status.resources, "bytes": status.bytes}  # fmt: skip


def _reasons(status: TypeStatus) -> dict[str, str]:
    return {name: nack.reason for name, nack in status.nacks.items()}

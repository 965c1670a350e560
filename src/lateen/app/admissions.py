"""What the control plane says of objects that are about to be stored: proxies for pods, faults of configuration."""

import logging
from dataclasses import replace
from typing import Any

from lateen.base.errors import Invalid
from lateen.base.refs import Key
from lateen.inject.decision import decide
from lateen.inject.installation import installation_settings, read_values, read_yaml
from lateen.inject.review import allowed, refused, review_pod
from lateen.inject.settings import InjectSettings
from lateen.kinds.all import by_kind
from lateen.kinds.decode import check
from lateen.sources.client import Client
from lateen.store.membership import Membership
from lateen.store.store import Store

Json = dict[str, Any]
_log = logging.getLogger(__name__)


class Admissions:
    """Reviews of one revision's webhooks, by what the control plane knows already."""

    def __init__(
        self, client: Client, store: Store, membership: Membership, revision: str, root: str, native: bool = True
    ) -> None:
        """`root`: the namespace of the installation, where its ConfigMaps stand. `native`: sidecars are init containers
        that run on."""
        self._native = native
        self._client, self._store, self._membership = client, store, membership
        self._revision, self._root = revision or "default", root
        suffix = f"-{revision}" if revision not in ("", "default") else ""
        self._mesh = Key(root, f"istio{suffix}")
        self._values = Key(root, f"istio-sidecar-injector{suffix}")

    async def inject(self, request: Json) -> Json:
        """Give a new pod its proxy, where its namespace or itself asks for one."""
        name = str(request.get("namespace") or "")
        try:
            settings = self.settings(name)
        except Invalid as error:
            return refused(request, f"the installation of the mesh: {error}")
        return review_pod(request, await self._namespace(name, request, settings), settings)

    async def validate(self, request: Json) -> Json:
        """Refuse an object that its kind's own rules refuse, with every fault; what is doubtful is told."""
        raw = request.get("object")
        if not isinstance(raw, dict):
            return allowed(request)
        faults = check(raw, strict=False)
        errors = [str(fault) for fault in faults if fault.severity == "error"]
        warnings = tuple(str(fault) for fault in faults if fault.severity != "error")
        return refused(request, "; ".join(errors), warnings) if errors else allowed(request, warnings=warnings)

    def settings(self, namespace: str) -> InjectSettings:
        """How pods of `namespace` are injected now. Raises Invalid for ConfigMaps that cannot be read."""
        mesh = read_yaml(self._data(self._mesh, "mesh"), f"ConfigMap {self._mesh}")
        values = read_values(self._data(self._values, "values"), f"ConfigMap {self._values}")
        configs = [
            one.raw for key, one in self._store["ProxyConfig"].items() if key.namespace in (self._root, namespace)
        ]
        found = installation_settings(values, mesh, self._revision, self._native)
        return replace(found, proxy_configs=configs, asked=True)

    def _data(self, key: Key, field: str) -> str:
        found = self._store["ConfigMap"].get(key)
        return "" if found is None else str(found.model.data.get(field, ""))

    async def _namespace(self, name: str, request: Json, settings: InjectSettings) -> Json:
        """The namespace with its labels. Who labels it and makes a pod at once is faster than our watch: before a no,
        the API server is asked."""
        known = {"metadata": {"name": name, "labels": dict(self._membership.labels_of(name))}}
        if decide(request.get("object") or {}, known, settings).inject:
            return known
        try:
            return await self._client.get(by_kind("Namespace"), Key("", name))
        except Exception as error:
            _log.info("namespace %s: %s", name, error)
            return known

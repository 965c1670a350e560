"""Keep the ConfigMap `kube-root-ca.crt` in every namespace: what pods know this API server by."""

from collections.abc import Iterable

from lateen.apiserver.follower import Work
from lateen.apiserver.objects import Objects, Raw, Write
from lateen.apiserver.token_mounts import ROOT_CERTIFICATE
from lateen.base.refs import Key
from lateen.kinds.all import by_kind

_NAMESPACE, _CONFIG_MAP = by_kind("Namespace"), by_kind("ConfigMap")
# On Kubernetes a controller of the controller manager does this.
_WRITE = Write("kube-controller-manager", "v1")


class RootCertificates:
    """`authority`: the CA's certificate, PEM."""

    def __init__(self, objects: Objects, authority: str) -> None:
        self._objects, self._data = objects, {"ca.crt": authority}

    def works(self) -> dict[str, Work]:
        """What it follows: namespaces that come, and its ConfigMaps that are changed or deleted."""
        return {
            _NAMESPACE.resource: lambda keys: self._keep(key.name for key in keys),
            _CONFIG_MAP.resource: lambda keys: self._keep(
                key.namespace for key in keys if key.name == ROOT_CERTIFICATE
            ),
        }

    def _keep(self, namespaces: Iterable[str]) -> None:
        for name in namespaces:
            namespace = self._objects.find(_NAMESPACE, Key("", name))
            if namespace is not None and "deletionTimestamp" not in namespace["metadata"]:
                self._ensure(Key(name, ROOT_CERTIFICATE))

    def _ensure(self, key: Key) -> None:
        live = self._objects.find(_CONFIG_MAP, key)
        if live is None:
            why = "Contains a CA bundle that can be used to verify the kube-apiserver from inside the cluster."
            meta = {"name": ROOT_CERTIFICATE, "annotations": {"kubernetes.io/description": why}}
            raw: Raw = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": self._data}
            self._objects.create(_CONFIG_MAP, key.namespace, raw, _WRITE)
        elif live.get("data") != self._data and "deletionTimestamp" not in live["metadata"]:
            self._objects.update(_CONFIG_MAP, key, lambda raw: raw | {"data": self._data}, _WRITE)

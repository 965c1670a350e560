"""Keep the service `default/kubernetes`, and where it leads to: the way to this API server from inside the cluster."""

from collections.abc import Iterable

from lateen.apiserver.follower import Work
from lateen.apiserver.objects import Objects, Raw, Write
from lateen.base.refs import Key
from lateen.kinds.all import by_kind

KEY = Key("default", "kubernetes")
_SERVICE, _SLICE = by_kind("Service"), by_kind("EndpointSlice")
_WRITE = Write("kube-apiserver", "v1")


class OwnService:
    """`address`, `port`: where the server listens for pods."""

    def __init__(self, objects: Objects, address: str, port: int) -> None:
        self._objects = objects
        self._leads_to: Raw = {
            "endpoints": [{"addresses": [address], "conditions": {"ready": True}}],
            "ports": [{"name": "https", "port": port, "protocol": "TCP"}],
        }

    def works(self) -> dict[str, Work]:
        """What it follows: its own two objects. Deleted, they come back; changed, the endpoints are set right."""
        return {_SERVICE.resource: self._keep, _SLICE.resource: self._keep}

    def _keep(self, keys: Iterable[Key]) -> None:
        if KEY not in keys:
            return
        ensure_service(self._objects)
        live = self._objects.find(_SLICE, KEY)
        if live is None:
            meta = {"name": KEY.name, "labels": {"kubernetes.io/service-name": KEY.name}}
            head = {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4"}
            self._objects.create(_SLICE, KEY.namespace, head | {"metadata": meta} | self._leads_to, _WRITE)
        elif live | self._leads_to != live:
            self._objects.update(_SLICE, KEY, lambda raw: raw | self._leads_to, _WRITE)


def ensure_service(objects: Objects) -> None:
    """Create the service when it is not there."""
    if objects.find(_SERVICE, KEY) is None:
        spec = {"clusterIP": "10.96.0.1", "ports": [{"name": "https", "port": 443, "targetPort": 6443}]}
        labels = {"component": "apiserver", "provider": "kubernetes"}
        raw: Raw = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": KEY.name, "labels": labels}}
        objects.create(_SERVICE, KEY.namespace, raw | {"spec": spec}, _WRITE)

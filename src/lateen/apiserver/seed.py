"""Make what every cluster begins with: its namespaces, and the service that stands for the API server."""

from lateen.apiserver.objects import Objects, Write
from lateen.apiserver.status import Refusal
from lateen.kinds.all import by_kind

NAMESPACES = ("default", "kube-system", "kube-public")
_WRITE = Write("kube-apiserver", "v1")


def seed(objects: Objects) -> None:
    """Create what is missing; what is there already stays as it is."""
    for name in NAMESPACES:
        _ensure(objects, "Namespace", "", {"metadata": {"name": name}})
    spec = {"clusterIP": "10.96.0.1", "ports": [{"name": "https", "port": 443, "targetPort": 6443}]}
    labels = {"component": "apiserver", "provider": "kubernetes"}
    _ensure(objects, "Service", "default", {"metadata": {"name": "kubernetes", "labels": labels}, "spec": spec})


def _ensure(objects: Objects, kind_name: str, namespace: str, raw: dict[str, object]) -> None:
    kind = by_kind(kind_name)
    try:
        objects.create(kind, namespace, {"apiVersion": "v1", "kind": kind_name} | raw, _WRITE)
    except Refusal as refusal:
        if refusal.reason != "AlreadyExists":
            raise

"""Make what every cluster begins with: its namespaces, its roles, and the service that stands for the API server."""

from typing import Any

from lateen.apiserver.metadata import born
from lateen.apiserver.objects import Objects, Write
from lateen.apiserver.own_service import ensure_service
from lateen.apiserver.status import Refusal
from lateen.apiserver.system_roles import approval, restored, system_roles
from lateen.base.refs import Key
from lateen.install.crds import crds
from lateen.kinds.all import by_kind

NAMESPACES = ("default", "kube-system", "kube-public")
_WRITE = Write("kube-apiserver", "v1")


def seed(objects: Objects, signer: str = "") -> None:
    """Create what is missing; what is there already stays as it is, but for rights that roles have lost.

    `signer`: for whom the control plane may approve requests for certificates.
    """
    for raw in (*system_roles(), *approval(signer)):
        _ensure_role(objects, raw)
    _define(objects)
    for name in NAMESPACES:
        _ensure(objects, "Namespace", "", {"metadata": {"name": name}})
    ensure_service(objects)


def _define(objects: Objects) -> None:
    """Say which custom kinds there are: those that are served, and no others. Nobody else writes definitions."""
    kind, storage = by_kind("CustomResourceDefinition"), objects.storage
    wanted = {Key("", raw["metadata"]["name"]): raw for raw in map(_established, crds())}
    for key, _ in storage.objects(kind.resource):
        if key not in wanted:
            storage.delete(kind.resource, key, objects.get(kind, key))
    for key, raw in wanted.items():
        live = objects.find(kind, key)
        if live is None or (live["spec"], live["status"]) != (raw["spec"], raw["status"]):
            storage.put(kind.resource, key, born(kind, raw, objects.clock.now()))


def _established(raw: dict[str, Any]) -> dict[str, Any]:
    """A definition that is in force."""
    spec = raw["spec"]
    conditions = [
        {"type": "NamesAccepted", "status": "True", "reason": "NoConflicts", "message": "no conflicts found"},
        {"type": "Established", "status": "True", "reason": "InitialNamesAccepted", "message": "it is served"},
    ]
    stored = [version["name"] for version in spec["versions"] if version["storage"]]
    status = {"acceptedNames": spec["names"], "conditions": conditions, "storedVersions": stored}
    return raw | {"status": status}


def _ensure_role(objects: Objects, wanted: dict[str, Any]) -> None:
    kind = by_kind(wanted["kind"])
    key = Key("", wanted["metadata"]["name"])
    if objects.find(kind, key) is None:
        objects.create(kind, "", wanted, _WRITE)
    else:
        objects.update(kind, key, lambda live: restored(live, wanted), _WRITE)


def _ensure(objects: Objects, kind_name: str, namespace: str, raw: dict[str, object]) -> None:
    kind = by_kind(kind_name)
    try:
        objects.create(kind, namespace, {"apiVersion": "v1", "kind": kind_name} | raw, _WRITE)
    except Refusal as refusal:
        if refusal.reason != "AlreadyExists":
            raise

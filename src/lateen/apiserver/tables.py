"""Print objects as `kubectl get` shows them: rows and columns made on the server."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from lateen.kinds.ages import age
from lateen.kinds.rbac.binding import subjects_of
from lateen.kinds.spec import Column, KindSpec

Raw = dict[str, Any]
Include = Literal["Metadata", "Object", "None"]

# https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
_NAME: Raw = {
    "name": "Name",
    "type": "string",
    "format": "name",
    "description": "Name must be unique within a namespace.",
    "priority": 0,
}


def _labels(*path: str) -> Column:
    """A column of labels, `a=b,c=d`."""

    def cell(raw: Mapping[str, Any]) -> str:
        value: Any = raw
        for step in path:
            value = (value or {}).get(step)
        return ",".join(f"{key}={text}" for key, text in (value or {}).items()) or "<none>"

    return Column("Selector", cell=cell)


def _containers(name: str, field: str, *path: str) -> Column:
    def cell(raw: Mapping[str, Any]) -> str:
        spec: Any = raw.get("spec") or {}
        for step in path:
            spec = spec.get(step) or {}
        return ",".join(str(container.get(field, "")) for container in spec.get("containers") or ())

    return Column(name, cell=cell)


def _or_none(name: str, path: str) -> Column:
    plain = Column(name, path)
    return Column(name, cell=lambda raw: plain.text(raw) or "<none>")


def _address(name: str, kind: str) -> Column:
    def cell(raw: Mapping[str, Any]) -> str:
        addresses = (raw.get("status") or {}).get("addresses") or ()
        return next((one["address"] for one in addresses if one["type"] == kind), "<none>")

    return Column(name, cell=cell)


_WORKLOAD = (
    _containers("Containers", "name", "template", "spec"),
    _containers("Images", "image", "template", "spec"),
    _labels("spec", "selector", "matchLabels"),
)
_SUBJECTS = (
    Column("Users", cell=lambda raw: subjects_of(raw, "User")),
    Column("Groups", cell=lambda raw: subjects_of(raw, "Group")),
    Column("ServiceAccounts", cell=lambda raw: subjects_of(raw, "ServiceAccount")),
)
# What `kubectl get -o wide` adds.
_WIDE: Mapping[tuple[str, str], tuple[Column, ...]] = {
    ("", "Pod"): (
        _or_none("IP", ".status.podIP"),
        _or_none("Node", ".spec.nodeName"),
        Column("Nominated Node", cell=lambda raw: "<none>"),
        Column("Readiness Gates", cell=lambda raw: "<none>"),
    ),
    ("", "Node"): (
        _address("Internal-IP", "InternalIP"),
        _address("External-IP", "ExternalIP"),
        _or_none("OS-Image", ".status.nodeInfo.osImage"),
        _or_none("Kernel-Version", ".status.nodeInfo.kernelVersion"),
        _or_none("Container-Runtime", ".status.nodeInfo.containerRuntimeVersion"),
    ),
    ("", "Service"): (_labels("spec", "selector"),),
    ("apps", "Deployment"): _WORKLOAD,
    ("apps", "ReplicaSet"): _WORKLOAD,
    ("rbac.authorization.k8s.io", "RoleBinding"): _SUBJECTS,
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): _SUBJECTS,
}


def table(kind: KindSpec, objects: Iterable[Raw], include: Include, now: float) -> Raw:
    """A `Table` of objects; `now` in seconds since the epoch is what ages are counted to."""
    wide = _WIDE.get((kind.group, kind.kind), ())
    columns = (*kind.columns, *wide)
    definitions = [_definition(column, int(column.wide or column in wide)) for column in columns]
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {},
        "columnDefinitions": [_NAME, *definitions],
        "rows": [_row(columns, raw, include, now) for raw in objects],
    }


def _definition(column: Column, priority: int) -> Raw:
    kind = "string" if column.type == "date" else column.type
    return {"name": column.name, "type": kind, "format": "", "description": column.name, "priority": priority}


def _row(columns: tuple[Column, ...], raw: Raw, include: Include, now: float) -> Raw:
    row: Raw = {"cells": [raw["metadata"]["name"], *(_cell(column, raw, now) for column in columns)]}
    if include == "Object":
        row["object"] = raw
    elif include == "Metadata":
        row["object"] = partial(raw)
    return row


def _cell(column: Column, raw: Raw, now: float) -> str | int:
    if column.type == "date" and column.cell is None:
        text = column.text(raw)
        return age(text, now) if text else "<unknown>"
    text = column.text(raw, now)
    return int(text) if column.type == "integer" and text.isdigit() else text


def partial(raw: Raw) -> Raw:
    """An object's metadata alone."""
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": raw["metadata"]}

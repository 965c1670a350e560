"""Roles and bindings as a test writes them."""

from typing import Any

from apiservers import WRITE

from lateen.apiserver.grants import GROUP
from lateen.apiserver.objects import Objects
from lateen.kinds.all import by_kind


def role(kind: str, name: str, **fields: Any) -> dict[str, Any]:
    return {"apiVersion": f"{GROUP}/v1", "kind": kind, "metadata": {"name": name}} | fields


def subject(text: str) -> dict[str, Any]:
    """User:alice, Group:devs, ServiceAccount:default/web."""
    kind, _, name = text.partition(":")
    if kind == "ServiceAccount":
        namespace, _, name = name.partition("/")
        return {"kind": kind, "namespace": namespace, "name": name}
    return {"kind": kind, "name": name}


def binding(kind: str, name: str, granted: str, *subjects: str) -> dict[str, Any]:
    """`granted` as ClusterRole/view."""
    reference = {"kind": granted.partition("/")[0], "name": granted.partition("/")[2]}
    return role(kind, name, roleRef=reference, subjects=[subject(text) for text in subjects])


def bind(objects: Objects, kind: str, granted: str, *subjects: str, namespace: str = "") -> None:
    """Make the binding `b`."""
    objects.create(by_kind(kind), namespace, binding(kind, "b", granted, *subjects), WRITE)

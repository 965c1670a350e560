"""How the Gateway API's kinds point at other objects.

https://gateway-api.sigs.k8s.io/reference/spec/#parentreference
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

from lateen.base.errors import Fault
from lateen.kinds.gateway_api.names import (
    GROUP,
    Group,
    Kind,
    Namespace,
    ObjectName,
    Port,
    SectionName,
    Weight,
)
from lateen.kinds.model import Model


class LocalObjectReference(Model, frozen=True, kw_only=True):
    """An object of the same namespace."""

    group: Group
    kind: Kind
    name: ObjectName


class ParametersReference(LocalObjectReference, frozen=True, kw_only=True):
    """An object with parameters; `namespace` "" for one that has none."""

    namespace: Namespace = ""


class ObjectReference(LocalObjectReference, frozen=True, kw_only=True):
    """An object; `namespace` "" = the namespace of who refers to it."""

    namespace: Namespace = ""


class SecretObjectReference(Model, frozen=True, kw_only=True):
    """A Secret, or what stands for one; `namespace` "" = the namespace of who refers to it."""

    group: Group = ""
    kind: Kind = "Secret"
    name: ObjectName
    namespace: Namespace = ""


class ParentReference(Model, frozen=True, kw_only=True):
    """What a route wants to be attached to: a Gateway (or one of its listeners), a Service, a ListenerSet."""

    group: Group = GROUP
    kind: Kind = "Gateway"
    name: ObjectName
    namespace: Namespace = ""
    section_name: SectionName = ""
    port: Port | None = None


class BackendObjectReference(Model, frozen=True, kw_only=True):
    """Where something is sent. A Service needs a `port`."""

    group: Group = ""
    kind: Kind = "Service"
    name: ObjectName
    namespace: Namespace = ""
    port: Port | None = None


class BackendRef(BackendObjectReference, frozen=True, kw_only=True):
    """One of several destinations and its share."""

    weight: Weight = 1


class PolicyTarget(LocalObjectReference, frozen=True, kw_only=True):
    """What a policy is about: an object, or a section of it such as a port."""

    section_name: SectionName = ""


def backend_faults(path: str, backend: BackendObjectReference) -> Iterator[Fault]:
    """Yield a fault when a Service is named without its port."""
    if not backend.group and backend.kind == "Service" and backend.port is None:
        yield Fault(f"{path}.port", "Must have port for Service reference", "a Service has several ports: name one")


def backends_faults(path: str, backends: Sequence[BackendObjectReference]) -> Iterator[Fault]:
    """Yield what is wrong with a list of destinations."""
    for index, backend in enumerate(backends):
        yield from backend_faults(f"{path}[{index}]", backend)


def parents_faults(path: str, parents: Sequence[ParentReference]) -> Iterator[Fault]:
    """Yield a fault for two references to one parent that are not told apart by section or port."""
    for (_, one), (at, other) in combinations(enumerate(parents), 2):
        if (one.group, one.kind, one.name, one.namespace) != (other.group, other.kind, other.name, other.namespace):
            continue
        if (one.section_name, one.port) == (other.section_name, other.port):
            said = "sectionName or port must be unique when parentRefs includes 2 or more references to the same parent"
            yield Fault(f"{path}[{at}]", said)
        elif bool(one.section_name) != bool(other.section_name) or bool(one.port) != bool(other.port):
            said = (
                "sectionName or port must be specified when parentRefs includes 2 or more references to the same parent"
            )
            yield Fault(f"{path}[{at}]", said)


def targets_faults(path: str, targets: Sequence[PolicyTarget]) -> Iterator[Fault]:
    """Yield a fault for two references to one target that are not told apart by section."""
    for (_, one), (at, other) in combinations(enumerate(targets), 2):
        if (one.group, one.kind, one.name) != (other.group, other.kind, other.name):
            continue
        if one.section_name == other.section_name:
            said = "sectionName must be unique when targetRefs includes 2 or more references to the same target"
            yield Fault(f"{path}[{at}]", said)
        elif not one.section_name or not other.section_name:
            said = "sectionName must be specified when targetRefs includes 2 or more references to the same target"
            yield Fault(f"{path}[{at}]", said)

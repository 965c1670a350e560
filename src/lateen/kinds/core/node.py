"""Node: a machine that pods run on."""

from collections.abc import Mapping
from typing import Any

from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import OpenModel, named
from lateen.kinds.spec import AGE, Column, KindSpec


class NodeAddress(OpenModel, frozen=True, kw_only=True):
    """`type`: InternalIP, ExternalIP, Hostname."""

    type: str
    address: str


class NodeSpec(OpenModel, frozen=True, kw_only=True):
    """What the machine is to take."""

    pod_cidr: str = named("podCIDR", "")
    pod_cidrs: tuple[str, ...] = named("podCIDRs", ())
    provider_id: str = named("providerID", "")
    unschedulable: bool = False
    taints: tuple[Any, ...] = ()


class NodeStatus(OpenModel, frozen=True, kw_only=True):
    """What the machine is, and how much of everything it has."""

    capacity: Mapping[str, int | str] = {}
    allocatable: Mapping[str, int | str] = {}
    addresses: tuple[NodeAddress, ...] = ()
    conditions: tuple[Mapping[str, Any], ...] = ()
    node_info: Mapping[str, Any] = {}


class Node(OpenModel, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: NodeSpec = NodeSpec()
    status: NodeStatus = NodeStatus()


def _status(raw: Mapping[str, Any]) -> str:
    conditions = (raw.get("status") or {}).get("conditions") or ()
    ready = any(one.get("type") == "Ready" and one.get("status") == "True" for one in conditions)
    cordoned = (raw.get("spec") or {}).get("unschedulable")
    return ("Ready" if ready else "NotReady") + (",SchedulingDisabled" if cordoned else "")


def _roles(raw: Mapping[str, Any]) -> str:
    labels = raw["metadata"].get("labels") or {}
    return ",".join(sorted(label.removeprefix(_ROLE) for label in labels if label.startswith(_ROLE))) or "<none>"


_ROLE = "node-role.kubernetes.io/"


SPEC = KindSpec(
    group="",
    kind="Node",
    plural="nodes",
    versions=("v1",),
    namespaced=False,
    short_names=("no",),
    model=Node,
    open=True,
    reads=("spec.podCIDR", "spec.podCIDRs", "status.addresses"),
    columns=(
        Column("Status", cell=_status),
        Column("Roles", cell=_roles),
        AGE,
        Column("Version", ".status.nodeInfo.kubeletVersion"),
    ),
)

"""What a proxy says of itself in its first request: to be compared with who it is, before it is believed."""

from typing import Any, NamedTuple

from google.protobuf import json_format
from google.protobuf.message import DecodeError

from lateen.base.errors import LateenError
from lateen.proto import descriptors
from lateen.server.auth import Caller, Forbidden

_REQUEST = "envoy.service.discovery.v3.DeltaDiscoveryRequest"
_KINDS = ("sidecar", "router", "waypoint", "ztunnel")


class BadNode(LateenError):
    """The first request of a stream does not say properly which proxy it comes from."""


class ProxyNode(NamedTuple):
    """A proxy's node: the id `kind~ip~pod.namespace~domain`, and what its bootstrap tells besides.

    `locality` is region, zone, subzone, `asks` the type of resources that its first request is for. `metadata` is as
    Istio lays it out (LABELS, CLUSTER_ID, …): only the namespace, and the pod where the caller's token names one, are
    known to be true.
    """

    id: str
    kind: str
    ip: str
    pod: str
    namespace: str
    domain: str
    cluster: str
    locality: tuple[str, str, str]
    metadata: dict[str, Any]
    asks: str = ""


def read_node(request: bytes) -> ProxyNode:
    """Read the node of an encoded DeltaDiscoveryRequest; raises BadNode when it has no proper one."""
    try:
        first = descriptors.message(_REQUEST).FromString(request)
    except DecodeError:
        raise BadNode("the first message is not a DeltaDiscoveryRequest") from None
    node = first.node
    kind, ip, workload, domain = parse_id(node.id)
    pod, _, namespace = workload.rpartition(".")
    where = (node.locality.region, node.locality.zone, node.locality.sub_zone)
    metadata = json_format.MessageToDict(node.metadata)
    return ProxyNode(node.id, kind, ip, pod, namespace, domain, node.cluster, where, metadata, first.type_url)


def parse_id(node_id: str) -> tuple[str, str, str, str]:
    """Split a node id into kind, IP, `pod.namespace` and DNS domain; raises BadNode."""
    match node_id.split("~"):
        case [kind, ip, workload, domain] if kind in _KINDS and all(workload.rpartition(".")):
            return kind, ip, workload, domain
    raise BadNode(f"the node id {node_id!r} is not of the form sidecar~IP~pod.namespace~domain")


def confirm(node: ProxyNode, caller: Caller) -> None:
    """Raise Forbidden when the proxy says it is of another namespace, or another pod, than it has proved."""
    if node.namespace != caller.namespace:
        raise Forbidden(f"{caller.identity.uri} may not act for the namespace {node.namespace!r}")
    if caller.pod_name and node.pod != caller.pod_name:
        raise Forbidden(f"the token of pod {caller.pod_name!r} may not act for the pod {node.pod!r}")

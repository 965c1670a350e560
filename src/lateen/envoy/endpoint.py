"""Load assignments: the endpoints behind an upstream, joined from endpoints encoded once."""

import functools

from lateen.envoy import metadata
from lateen.envoy.fields import encode, socket_address
from lateen.plan.upstream import Endpoint, LoadAssignment, LocalityEndpoints
from lateen.proto import wire
from lateen.proto.descriptors import message

TLS_MODE = "tlsMode"  # the label that endpoints carry and that transport_socket_matches look for

_ENDPOINTS = 2  # ClusterLoadAssignment.endpoints
_LB_ENDPOINTS = 2  # LocalityLbEndpoints.lb_endpoints


def load_assignment(assignment: LoadAssignment) -> bytes:
    """Return the encoded ClusterLoadAssignment."""
    localities = (wire.field(_ENDPOINTS, _locality(locality)) for locality in assignment.localities)
    return wire.string(1, assignment.name) + wire.join(localities)


def _locality(group: LocalityEndpoints) -> bytes:
    weight = group.weight or sum(endpoint.weight or 1 for endpoint in group.endpoints)
    members = wire.join(map(_lb_endpoint, group.endpoints))
    return _locality_head(group.locality, weight, group.priority) + members


@functools.lru_cache(maxsize=4096)
def _locality_head(locality: str, weight: int, priority: int) -> bytes:
    """A LocalityLbEndpoints without its endpoints."""
    head = message("envoy.config.endpoint.v3.LocalityLbEndpoints")(priority=priority)
    region, _, rest = locality.partition("/")
    zone, _, sub_zone = rest.partition("/")
    if region:
        head.locality.region, head.locality.zone, head.locality.sub_zone = region, zone, sub_zone
    if weight:
        head.load_balancing_weight.value = weight
    return encode(head)


@functools.lru_cache(maxsize=1 << 16)
def _lb_endpoint(endpoint: Endpoint) -> bytes:
    """The field `lb_endpoints` of one endpoint: its address, and what a workload's replicas share."""
    own = message("envoy.config.endpoint.v3.LbEndpoint")()
    socket_address(own.endpoint.address, endpoint.address, endpoint.port)
    shared = _traits(endpoint.mesh_tls, endpoint.weight, endpoint.workload, endpoint.draining)
    return wire.field(_LB_ENDPOINTS, encode(own) + shared)


@functools.lru_cache(maxsize=1 << 14)
def _traits(mesh_tls: bool, weight: int, workload: str, draining: bool) -> bytes:
    shared = message("envoy.config.endpoint.v3.LbEndpoint")()
    shared.load_balancing_weight.value = weight or 1
    if draining:
        shared.health_status = "DRAINING"
    if mesh_tls:
        marks = shared.metadata.filter_metadata["envoy.transport_socket_match"].fields
        marks[TLS_MODE].string_value = "istio"
    if workload:
        metadata.istio(shared.metadata)["workload"].string_value = workload
    return encode(shared)

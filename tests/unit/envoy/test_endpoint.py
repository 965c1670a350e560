from hypothesis import given
from hypothesis import strategies as st

from lateen.envoy import endpoint as module
from lateen.envoy.endpoint import load_assignment
from lateen.plan.upstream import Endpoint, LoadAssignment, LocalityEndpoints
from lateen.proto.descriptors import message

endpoints = st.builds(
    Endpoint,
    address=st.ip_addresses(v=4).map(str),
    port=st.integers(1, 65535),
    mesh_tls=st.booleans(),
    weight=st.integers(0, 100),
    workload=st.sampled_from(["", "v1;default;reviews;v1;reviews;v1;Kubernetes"]),
    draining=st.booleans(),
)


def decoded(*localities):
    encoded = load_assignment(LoadAssignment("outbound|80||a", localities))
    return message("envoy.config.endpoint.v3.ClusterLoadAssignment").FromString(encoded)


@given(st.lists(endpoints))
def test_every_endpoint_stands_in_its_place(given_endpoints):
    found = decoded(LocalityEndpoints(tuple(given_endpoints)))
    assert found.cluster_name == "outbound|80||a"
    [locality] = found.endpoints
    assert len(locality.lb_endpoints) == len(given_endpoints)
    for member, plan in zip(locality.lb_endpoints, given_endpoints, strict=True):
        address = member.endpoint.address.socket_address
        assert (address.address, address.port_value) == (plan.address, plan.port)
        assert member.load_balancing_weight.value == max(plan.weight, 1)
        assert (member.health_status == 3) == plan.draining
        marks = member.metadata.filter_metadata
        assert ("envoy.transport_socket_match" in marks) == plan.mesh_tls
        assert ("istio" in marks) == bool(plan.workload)


def test_an_endpoint_of_the_mesh_carries_what_the_cluster_looks_for():
    [locality] = decoded(LocalityEndpoints((Endpoint("10.0.0.1", 80, mesh_tls=True),))).endpoints
    [member] = locality.lb_endpoints
    marks = member.metadata.filter_metadata["envoy.transport_socket_match"].fields
    assert marks["tlsMode"].string_value == "istio"


def test_localities_have_their_parts_weight_and_priority():
    near, far = decoded(
        LocalityEndpoints((Endpoint("10.0.0.1", 80, weight=3), Endpoint("10.0.0.2", 80)), "eu/eu-1/a"),
        LocalityEndpoints((Endpoint("10.0.0.3", 80),), "us", 1, 7),
    ).endpoints
    assert (near.locality.region, near.locality.zone, near.locality.sub_zone) == ("eu", "eu-1", "a")
    assert (near.load_balancing_weight.value, near.priority) == (4, 0)
    assert (far.locality.region, far.locality.zone) == ("us", "")
    assert (far.load_balancing_weight.value, far.priority) == (7, 1)


def test_no_endpoints_is_an_assignment_of_a_name():
    assert not decoded().endpoints


def test_field_numbers_are_those_of_the_api():
    for owner, field, number in (
        ("ClusterLoadAssignment", "endpoints", module._ENDPOINTS),
        ("LocalityLbEndpoints", "lb_endpoints", module._LB_ENDPOINTS),
    ):
        descriptor = message(f"envoy.config.endpoint.v3.{owner}").DESCRIPTOR
        assert descriptor.fields_by_name[field].number == number

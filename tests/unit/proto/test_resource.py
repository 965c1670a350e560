import weakref

from hypothesis import given
from hypothesis import strategies as st

from lateen.base.refs import Origin
from lateen.proto.descriptors import message
from lateen.proto.resource import resource
from lateen.proto.types import CLUSTER


@given(st.text(min_size=1), st.binary(), st.lists(st.text(min_size=1), max_size=3))
def test_an_entry_is_a_field_of_a_delta_response(name, value, aliases):
    made = resource(CLUSTER, name, value, aliases=aliases)
    response = message("envoy.service.discovery.v3.DeltaDiscoveryResponse").FromString(made.entry)
    [sent] = response.resources
    assert (sent.name, sent.version, list(sent.aliases)) == (name, made.version, aliases)
    assert (sent.resource.type_url, sent.resource.value) == (CLUSTER, value)


@given(st.binary())
def test_value_gives_back_the_encoded_message(value):
    made = resource(CLUSTER, "a", value)
    assert made.value() == value
    assert made.size == len(value)


def test_version_depends_on_the_value_alone():
    one = resource(CLUSTER, "a", b"x", Origin("Service", "ns", "a"))
    assert resource(CLUSTER, "b", b"x").version == one.version
    assert resource(CLUSTER, "a", b"y").version != one.version


def test_a_resource_can_be_held_weakly():
    made = resource(CLUSTER, "a", b"x")
    assert weakref.ref(made)() is made

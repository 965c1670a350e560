import pytest

from lateen.envoy.fields import Extension, encode, extend, from_ads, milliseconds, pack, socket_address
from lateen.proto.descriptors import message


def test_maps_are_encoded_in_the_order_of_their_keys():
    one, other = (message("google.protobuf.Struct")() for _ in range(2))
    for each, keys in ((one, "abcdefgh"), (other, "hgfedcba")):
        for key in keys:
            each.fields[key].bool_value = True
    assert encode(one) == encode(other)


def test_an_extension_is_a_name_and_an_any():
    router = message("envoy.extensions.filters.http.router.v3.Router")(suppress_envoy_headers=True)
    target = message("envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter")()
    extend(target, Extension("r", router))
    unpacked = type(router)()
    assert target.name == "r" and target.typed_config.Unpack(unpacked) and unpacked == router
    packed = message("google.protobuf.Any")()
    pack(packed, router)
    assert packed == target.typed_config


@pytest.mark.parametrize(("ms", "seconds", "nanos"), [(0, 0, 0), (1500, 1, 500_000_000), (60_000, 60, 0)])
def test_durations_are_set_even_when_zero(ms, seconds, nanos):
    route = message("envoy.config.route.v3.RouteAction")()
    milliseconds(route.timeout, ms)
    assert route.HasField("timeout")
    assert (route.timeout.seconds, route.timeout.nanos) == (seconds, nanos)


def test_an_address_is_tcp_or_a_socket_file():
    tcp, pipe = (message("envoy.config.core.v3.Address")() for _ in range(2))
    socket_address(tcp, "10.0.0.1", 80)
    socket_address(pipe, "unix:///run/x.sock", 0)
    assert (tcp.socket_address.address, tcp.socket_address.port_value) == ("10.0.0.1", 80)
    assert pipe.pipe.path == "/run/x.sock"


def test_waiting_for_ads_has_no_deadline():
    patient, other = (message("envoy.config.core.v3.ConfigSource")() for _ in range(2))
    from_ads(patient, wait=True)
    from_ads(other, wait=False)
    assert patient.HasField("ads") and patient.resource_api_version == 2
    assert patient.HasField("initial_fetch_timeout") and patient.initial_fetch_timeout.seconds == 0
    assert not other.HasField("initial_fetch_timeout")

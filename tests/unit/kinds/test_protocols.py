import pytest

from lateen.kinds.protocols import PROTOCOLS, protocol_faults


@pytest.mark.parametrize("protocol", [*PROTOCOLS, "tcp", "Http", "grpc-web"])
def test_protocols_are_known_in_any_case(protocol):
    assert list(protocol_faults("p", protocol)) == []


def test_an_unknown_protocol_is_refused_with_the_closest_one():
    (fault,) = protocol_faults("p", "HTTTP")
    assert fault.fix == 'did you mean "HTTP"?'


def test_an_empty_protocol_lists_the_legal_ones():
    (fault,) = protocol_faults("p", "")
    assert "HTTP" in fault.fix

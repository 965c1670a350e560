from lateen.registry.endpoint import Endpoint, Endpoints


def test_endpoints_tell_their_addresses_and_namespaces():
    one = Endpoint(address="10.0.0.2", port=80, labels={}, namespace="a")
    other = Endpoint(address="10.0.0.1", port=81, labels={}, namespace="b")
    found = Endpoints({80: (one,), 81: (other, one)})
    assert found.addresses == ("10.0.0.1", "10.0.0.2")
    assert found.namespaces == {"a", "b"}

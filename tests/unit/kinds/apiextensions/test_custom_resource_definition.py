from lateen.install.crds import crd
from lateen.kinds.all import by_kind
from lateen.kinds.decode import decode


def test_a_definition_is_read_by_its_name() -> None:
    found = decode(crd(by_kind("VirtualService")))
    assert found.name == "virtualservices.networking.istio.io"

import pytest

from lateen.base.refs import Origin
from lateen.envoy.metadata import config_path, istio, set_config, set_service
from lateen.proto.descriptors import message


def test_istios_objects_have_a_path():
    assert (
        config_path(Origin("DestinationRule", "default", "reviews", "spec.subsets[0]"))
        == "/apis/networking.istio.io/v1/namespaces/default/destination-rule/reviews"
    )


@pytest.mark.parametrize("kind", ["Service", "HTTPRoute", ""])
def test_other_objects_have_none(kind):
    route = message("envoy.config.route.v3.Route")()
    set_config(route, Origin(kind, "default", "reviews"))
    assert not route.HasField("metadata")


@pytest.mark.parametrize(
    ("host", "name", "namespace"),
    [
        ("reviews.shop.svc.cluster.local", "reviews", "shop"),
        ("www.example.com", "www.example.com", "origins"),
        ("localhost", "localhost", "origins"),
    ],
)
def test_a_service_is_told_by_its_host(host, name, namespace):
    target = message("envoy.config.core.v3.Metadata")()
    set_service(istio(target), host, "origins")
    [service] = target.filter_metadata["istio"].fields["services"].list_value.values
    fields = {key: value.string_value for key, value in service.struct_value.fields.items()}
    assert fields == {"host": host, "name": name, "namespace": namespace}

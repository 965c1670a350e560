import pytest

from lateen.base.errors import LateenError
from lateen.runtime.fields import field_value, quantity, resource_value

POD = {
    "metadata": {"name": "web-1", "namespace": "shop", "uid": "u", "labels": {"app": "web", "a": "b"}},
    "spec": {"nodeName": "local", "serviceAccountName": "web"},
    "status": {"podIP": "10.244.0.9", "hostIP": "10.244.0.1", "podIPs": [{"ip": "10.244.0.9"}]},
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("metadata.name", "web-1"),
        ("metadata.namespace", "shop"),
        ("metadata.labels['app']", "web"),
        ("metadata.annotations['none']", ""),
        ("metadata.labels", 'a="b"\napp="web"'),
        ("spec.serviceAccountName", "web"),
        ("status.podIP", "10.244.0.9"),
        ("status.podIPs", "10.244.0.9"),
        ("status.hostIP", "10.244.0.1"),
    ],
)
def test_field(path, value):
    assert field_value(POD, path) == value


def test_unknown_field_is_told():
    with pytest.raises(LateenError, match=r"spec\.secrets"):
        field_value(POD, "spec.secrets")


@pytest.mark.parametrize(("text", "value"), [("100m", 0.1), ("2", 2), ("1Gi", 2**30), ("1.5k", 1500)])
def test_quantity(text, value):
    assert quantity(text) == value


def test_resource_is_rounded_up_and_no_limit_means_the_machine():
    container = {"resources": {"limits": {"cpu": "1500m", "memory": "1Gi"}, "requests": {}}}
    assert resource_value(container, "limits.cpu") == "2"
    assert resource_value(container, "limits.memory", "1Mi") == "1024"
    assert resource_value(container, "requests.cpu") == "0"
    assert int(resource_value({}, "limits.cpu")) >= 1


def test_bad_quantity_is_told():
    with pytest.raises(LateenError):
        quantity("many")

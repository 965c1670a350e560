import pytest

from lateen.base.refs import Key
from lateen.kinds.all import by_kind
from lateen.sources.urls import object_url, version_of


@pytest.mark.parametrize(
    ("kind", "key", "version", "subresource", "url"),
    [
        ("Pod", Key("", ""), "", "", "/api/v1/pods"),
        ("Pod", Key("shop", ""), "", "", "/api/v1/namespaces/shop/pods"),
        ("Pod", Key("shop", "web"), "", "status", "/api/v1/namespaces/shop/pods/web/status"),
        ("Namespace", Key("", "shop"), "", "", "/api/v1/namespaces/shop"),
        ("Gateway", Key("shop", "g"), "v1beta1", "", "/apis/networking.istio.io/v1beta1/namespaces/shop/gateways/g"),
        ("Gateway", Key("a/b", "g?"), "", "", "/apis/networking.istio.io/v1/namespaces/a%2Fb/gateways/g%3F"),
    ],
)
def test_urls(kind: str, key: Key, version: str, subresource: str, url: str) -> None:
    assert object_url(by_kind(kind), key, version, subresource) == url


def test_an_object_goes_where_its_version_is_served() -> None:
    kind = by_kind("VirtualService")
    assert version_of(kind, {"apiVersion": "networking.istio.io/v1alpha3"}) == "v1alpha3"
    assert version_of(kind, {"apiVersion": "networking.istio.io/v9"}) == version_of(kind, {}) == "v1"

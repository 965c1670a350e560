import pytest

from lateen.apiserver.paths import parse_path, verb_of
from lateen.apiserver.status import Refusal


@pytest.mark.parametrize(
    ("path", "kind", "key", "subresource", "rest"),
    [
        ("/api/v1/pods", "Pod", ("", ""), "", ""),
        ("/api/v1/namespaces/shop/pods", "Pod", ("shop", ""), "", ""),
        ("/api/v1/namespaces/shop/pods/web", "Pod", ("shop", "web"), "", ""),
        ("/api/v1/namespaces/shop/pods/web/log", "Pod", ("shop", "web"), "log", ""),
        ("/api/v1/namespaces/shop/pods/web:80/proxy/a/b%2Fc", "Pod", ("shop", "web:80"), "proxy", "a/b%2Fc"),
        ("/api/v1/namespaces", "Namespace", ("", ""), "", ""),
        ("/api/v1/namespaces/shop", "Namespace", ("", "shop"), "", ""),
        ("/api/v1/namespaces/shop/status", "Namespace", ("", "shop"), "status", ""),
        ("/apis/apps/v1/namespaces/shop/deployments/d/scale", "Deployment", ("shop", "d"), "scale", ""),
        ("/apis/networking.istio.io/v1beta1/gateways/", "Gateway", ("", ""), "", ""),
    ],
)
def test_paths(path: str, kind: str, key: tuple[str, str], subresource: str, rest: str) -> None:
    target = parse_path(path)
    assert target.kind is not None and target.kind.kind == kind
    assert (target.key, target.subresource, target.rest) == (key, subresource, rest)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api/v1",
        "/api/v2/pods",
        "/apis/apps/v1/pods",
        "/api/v1/pods/web",
        "/api/v1/namespaces/shop/nodes/n",
        "/apis/networking.istio.io/v2/gateways",
        "/nothing",
        "/apis/authentication.k8s.io/v1/tokenreviews/x",
    ],
)
def test_what_is_not_served_is_a_404(path: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_path(path)
    assert refused.value.code == 404


def test_reviews_are_resources_without_a_kind() -> None:
    assert parse_path("/apis/authentication.k8s.io/v1/tokenreviews").kind is None


@pytest.mark.parametrize(
    ("method", "path", "watch", "verb"),
    [
        ("GET", "/api/v1/pods", False, "list"),
        ("GET", "/api/v1/pods", True, "watch"),
        ("GET", "/api/v1/namespaces/a/pods/b", False, "get"),
        ("POST", "/api/v1/namespaces/a/pods", False, "create"),
        ("POST", "/api/v1/namespaces/a/pods/b", False, ""),
        ("POST", "/api/v1/namespaces/a/serviceaccounts/b/token", False, "create"),
        ("PUT", "/api/v1/namespaces/a/pods/b", False, "update"),
        ("PUT", "/api/v1/namespaces/a/pods", False, ""),
        ("PATCH", "/api/v1/namespaces/a/pods/b", False, "patch"),
        ("DELETE", "/api/v1/namespaces/a/pods/b", False, "delete"),
        ("DELETE", "/api/v1/namespaces/a/pods", False, "deletecollection"),
        ("OPTIONS", "/api/v1/namespaces/a/pods", False, ""),
    ],
)
def test_verbs(method: str, path: str, watch: bool, verb: str) -> None:
    assert verb_of(method, parse_path(path), watch) == verb


def test_whoever_connects_into_a_pod_creates_something_there() -> None:
    for part in ("exec", "attach", "portforward"):
        target = parse_path(f"/api/v1/namespaces/a/pods/x/{part}")
        assert [verb_of(method, target, False) for method in ("GET", "POST", "PUT", "DELETE")] == ["create"] * 2 + [
            ""
        ] * 2
    assert verb_of("GET", parse_path("/api/v1/namespaces/a/pods/x/log"), False) == "get"

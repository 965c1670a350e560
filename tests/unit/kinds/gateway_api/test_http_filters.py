import pytest

BACKEND = {"name": "a", "port": 80}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([{"type": "URLRewrite", "urlRewrite": {"hostname": "a.b"}}], []),
        ([{"type": "URLRewrite"}], ["[0].urlRewrite"]),
        ([{"type": "CORS", "cors": {}, "urlRewrite": {}}], ["[0].urlRewrite"]),
        ([{"type": "CORS", "cors": {}}] * 2, [""]),
        ([{"type": "RequestRedirect", "requestRedirect": {}}, {"type": "URLRewrite", "urlRewrite": {}}], [""]),
        ([{"type": "CORS", "cors": {"allowMethods": ["*", "GET"]}}], ["[0].cors.allowMethods"]),
        (
            [{"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplaceFullPath", "replacePrefixMatch": "/"}}}],
            ["[0].urlRewrite.path.replaceFullPath", "[0].urlRewrite.path.type"],
        ),
        (
            [{"type": "ExternalAuth", "externalAuth": {"protocol": "GRPC", "backendRef": BACKEND, "http": {}}}],
            ["[0].externalAuth.grpc", "[0].externalAuth.protocol"],
        ),
    ],
)
def test_filters_have_what_their_types_need(paths, filters, expected):
    found = paths("HTTPRoute", {"rules": [{"filters": filters}]})
    assert found == [f"spec.rules[0].filters{each}" for each in expected]

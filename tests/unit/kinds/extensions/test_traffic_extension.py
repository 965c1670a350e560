import pytest

LUA = {"inlineCode": "function envoy_on_request(handle) end"}


def test_an_extension_is_wasm_or_lua(errors):
    assert errors("TrafficExtension", lua=LUA) == []
    assert errors("TrafficExtension", wasm={"url": "https://a/b.wasm"}) == []
    assert errors("TrafficExtension", lua=LUA, wasm={"url": "a"}) == ["spec"]
    assert errors("TrafficExtension") == ["spec"]


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"lua": {"inlineCode": "x" * 65537}}, "spec.lua.inlineCode"),
        ({"wasm": {"url": "ftp://a"}}, "spec.wasm.url"),
        ({"lua": LUA, "match": [{"ports": [{"number": 65536}]}]}, "spec.match[0].ports[0].number"),
    ],
)
def test_faults_name_the_field(errors, spec, path):
    assert errors("TrafficExtension", **spec) == [path]

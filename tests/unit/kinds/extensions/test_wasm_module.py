import pytest

SHA = "01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b"


@pytest.mark.parametrize("url", ["a.b/c:1", "oci://a/b", "http://a/b.wasm", "https://a", "file:///opt/a.wasm", "test"])
def test_modules_come_from_registries_servers_and_files(errors, url):
    assert errors("WasmPlugin", url=url) == []


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"url": "ftp://a"}, "spec.url"),
        ({"url": "#%blah$#@"}, "spec.url"),
        ({"url": ""}, "spec.url"),
        ({"url": "a", "sha256": "short"}, "spec.sha256"),
        ({"url": "a", "pluginName": ""}, "spec.pluginName"),
        ({"url": "a", "vmConfig": {"env": [{"name": "a"}, {"name": "a"}]}}, "spec.vmConfig.env[1].name"),
        (
            {"url": "a", "vmConfig": {"env": [{"name": "a", "valueFrom": "HOST", "value": "b"}]}},
            "spec.vmConfig.env[0].value",
        ),
    ],
)
def test_faults_name_the_field(errors, spec, path):
    assert errors("WasmPlugin", **spec) == [path]


def test_a_checksum_is_of_what_is_fetched(errors, warnings):
    assert warnings("WasmPlugin", url="https://a", sha256=SHA) == []
    assert warnings("WasmPlugin", url="file:///a", sha256=SHA) == ["spec.sha256"]

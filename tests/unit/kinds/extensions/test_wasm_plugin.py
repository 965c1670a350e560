import pytest


def test_plugins_are_accepted(errors):
    match = [{"mode": "CLIENT", "ports": [{"number": 80}]}]
    assert (
        errors("WasmPlugin", url="oci://a/b:1", phase="AUTHN", priority=10, pluginConfig={"a": [1]}, match=match) == []
    )


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({}, "spec.url"),
        ({"url": "a", "phase": "LAST"}, "spec.phase"),
        ({"url": "a", "selector": {"matchLabels": {"a": "*"}}}, "spec.selector.matchLabels.a"),
        ({"url": "a", "match": [{"ports": [{"number": 0}]}]}, "spec.match[0].ports[0].number"),
        ({"url": "a", "targetRef": {"kind": "Pod", "name": "x"}}, "spec.targetRef.kind"),
    ],
)
def test_faults_name_the_field(errors, spec, path):
    assert errors("WasmPlugin", **spec) == [path]

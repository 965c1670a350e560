import pytest


def test_groups_are_accepted(errors):
    template = {"ports": {"http": 8080}, "serviceAccount": "x", "network": "n"}
    metadata = {"labels": {"app": "x"}, "annotations": {"a.b/c": "d e"}}
    assert errors("WorkloadGroup", template=template, metadata=metadata, probe={"tcpSocket": {"port": 1}}) == []
    assert errors("WorkloadGroup", template={}) == []


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({}, "spec.template"),
        ({"template": {"address": "a b"}}, "spec.template.address"),
        ({"template": {}, "metadata": {"labels": {"a": "~"}}}, "spec.metadata.labels.a"),
        ({"template": {}, "metadata": {"annotations": {"a b": ""}}}, 'spec.metadata.annotations["a b"]'),
        ({"template": {}, "probe": {}}, "spec.probe"),
    ],
)
def test_faults_name_the_field(errors, spec, path):
    assert errors("WorkloadGroup", **spec) == [path]

import pytest


def test_settings_are_accepted(errors):
    spec = {"concurrency": 0, "environmentVariables": {"A": "b"}, "image": {"imageType": "debug"}}
    assert errors("ProxyConfig", selector={"matchLabels": {"app": "x"}}, **spec) == []


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"concurrency": -1}, "spec.concurrency"),
        ({"environmentVariables": {"A=B": ""}}, "spec.environmentVariables"),
        ({"selector": {"matchLabels": {"a*": "b"}}}, 'spec.selector.matchLabels["a*"]'),
    ],
)
def test_faults_name_the_field(errors, spec, path):
    assert errors("ProxyConfig", **spec) == [path]

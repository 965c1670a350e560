import pytest

SELECTOR = {"matchLabels": {"app": "x"}}


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"mtls": {"mode": "STRICT"}},
        {"selector": SELECTOR, "mtls": {}, "portLevelMtls": {"8080": {"mode": "DISABLE"}, "9090": {}}},
    ],
)
def test_policies_of_every_level_are_accepted(errors, spec):
    assert errors("PeerAuthentication", **spec) == []


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"portLevelMtls": {"80": {}}}, "spec.portLevelMtls"),
        ({"selector": {}, "portLevelMtls": {"80": {}}}, "spec.portLevelMtls"),
        ({"selector": SELECTOR, "portLevelMtls": {}}, "spec.portLevelMtls"),
        ({"selector": SELECTOR, "portLevelMtls": {"0": {}}}, 'spec.portLevelMtls["0"]'),
        ({"selector": SELECTOR, "portLevelMtls": {"http": {}}}, "spec.portLevelMtls.http"),
        ({"selector": {"matchLabels": {"a": "*"}}}, "spec.selector.matchLabels.a"),
        ({"mtls": {"mode": "STRIKT"}}, "spec.mtls.mode"),
    ],
)
def test_faults_name_the_field(errors, spec, path):
    assert errors("PeerAuthentication", **spec) == [path]

import pytest

PROXY = {"host": "egress.example.com", "port": {"number": 80}}


@pytest.mark.parametrize(
    "spec",
    [
        {"egress": [{"hosts": ["./*"]}]},
        {"ingress": [{"port": {"number": 80}}]},
        {"outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"}},
        {"outboundTrafficPolicy": {"mode": "ALLOW_ANY", "egressProxy": PROXY}},
        {"inboundConnectionPool": {"http": {"maxRetries": 1}}, "workloadSelector": {"labels": {"app": "x"}}},
    ],
)
def test_sidecars_are_accepted(errors, spec):
    assert errors("Sidecar", **spec) == []


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({}, "spec"),
        (
            {"workloadSelector": {"labels": {"a": "*"}}, "egress": [{"hosts": ["./*"]}]},
            "spec.workloadSelector.labels.a",
        ),
        ({"inboundConnectionPool": {}}, "spec.inboundConnectionPool"),
        ({"outboundTrafficPolicy": {"egressProxy": PROXY}}, "spec.outboundTrafficPolicy.egressProxy"),
        ({"outboundTrafficPolicy": {"mode": "DENY"}}, "spec.outboundTrafficPolicy.mode"),
    ],
)
def test_faults_name_the_field(errors, spec, path):
    assert errors("Sidecar", **spec) == [path]

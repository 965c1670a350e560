import pytest

from lateen.kinds.decode import check

SELECTOR = {"matchLabels": {"app": "x"}}
SOURCE = {"source": {"principals": ["cluster.local/ns/a/sa/b"]}}


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"rules": [{}]},
        {"action": "DENY", "selector": SELECTOR, "rules": [{"from": [SOURCE]}]},
        {"action": "CUSTOM", "provider": {"name": "opa"}, "rules": [{"to": [{"operation": {"paths": ["/*"]}}]}]},
        {"action": "AUDIT", "rules": [{"when": [{"key": "source.ip", "values": ["10.0.0.0/8"]}]}]},
    ],
)
def test_policies_are_accepted(errors, spec):
    assert errors("AuthorizationPolicy", **spec) == []


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"action": "CUSTOM"}, "spec.provider.name"),
        ({"action": "CUSTOM", "provider": {}}, "spec.provider.name"),
        ({"action": "DENY", "provider": {"name": "opa"}}, "spec.provider"),
        ({"action": "PERMIT"}, "spec.action"),
        ({"rules": [{}] * 513}, "spec.rules"),
        ({"rules": [{"from": [{}]}]}, "spec.rules[0].from[0].source"),
        ({"rules": [{"to": [{}]}]}, "spec.rules[0].to[0].operation"),
        ({"rules": [{"when": [{"key": "source.ip"}]}]}, "spec.rules[0].when[0]"),
    ],
)
def test_faults_name_the_field(errors, spec, path):
    assert errors("AuthorizationPolicy", **spec) == [path]


def policy(action, dry_run):
    meta = {"name": "x", "annotations": {"istio.io/dry-run": dry_run}}
    provider = {"provider": {"name": "opa"}} if action == "CUSTOM" else {}
    raw = {"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy"}
    return [fault.path for fault in check({**raw, "metadata": meta, "spec": {"action": action, **provider}})]


def test_allow_and_deny_can_be_tried_without_effect():
    assert policy("ALLOW", "true") == policy("DENY", "false") == []
    assert policy("CUSTOM", "true") == ["spec.action"]
    assert policy("DENY", "yes") == ['metadata.annotations["istio.io/dry-run"]']


@pytest.mark.parametrize(
    ("rule", "wide"),
    [
        ({"from": [SOURCE]}, False),
        ({"from": [{"source": {"requestPrincipals": ["*"]}}]}, True),
        ({"to": [{"operation": {"methods": ["GET"]}}]}, True),
        ({"to": [{"operation": {"methods": ["GET"], "ports": ["80"]}}]}, False),
        ({"when": [{"key": "request.headers[a]", "values": ["b"]}]}, True),
    ],
)
def test_denying_tcp_by_accident_is_warned_of(warnings, rule, wide):
    found = warnings("AuthorizationPolicy", action="DENY", rules=[rule])
    assert found == (["spec.rules[0]"] if wide else [])
    assert warnings("AuthorizationPolicy", rules=[rule]) == []

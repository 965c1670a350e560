import pytest

GATEWAY = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "gw"}


@pytest.mark.parametrize(
    "target",
    [
        GATEWAY,
        {"kind": "Service", "name": "x"},
        {"group": "core", "kind": "Service", "name": "x"},
        {"group": "networking.istio.io", "kind": "ServiceEntry", "name": "x"},
        {**GATEWAY, "kind": "GatewayClass"},
    ],
)
def test_policies_are_attached_to_services_and_gateways(errors, target):
    assert errors("RequestAuthentication", targetRef=target) == []
    assert errors("RequestAuthentication", targetRefs=[target, target]) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "Pod"}, "kind"),
        ({"group": "example.com"}, "kind"),
        ({"kind": "a_b"}, "kind"),
        ({"group": "_"}, "group"),
        ({"name": ""}, "name"),
        ({"namespace": "other"}, "namespace"),
    ],
)
def test_faults_name_the_field(errors, change, field):
    assert errors("RequestAuthentication", targetRef={**GATEWAY, **change}) == [f"spec.targetRef.{field}"]
    assert errors("RequestAuthentication", targetRefs=[{**GATEWAY, **change}]) == [f"spec.targetRefs[0].{field}"]


def test_a_policy_is_attached_in_one_way(errors):
    assert errors("RequestAuthentication", targetRef=GATEWAY, targetRefs=[GATEWAY]) == ["spec"]
    assert errors("RequestAuthentication", selector={}, targetRefs=[GATEWAY]) == ["spec"]
    assert errors("EnvoyFilter", workloadSelector={}, targetRefs=[GATEWAY], configPatches=[]) == ["spec"]


def test_there_are_16_targets_at_most(errors):
    assert errors("RequestAuthentication", targetRefs=[GATEWAY] * 17) == ["spec.targetRefs"]


def test_an_empty_selector_is_warned_of(warnings):
    assert warnings("RequestAuthentication", selector={}) == ["spec.selector"]

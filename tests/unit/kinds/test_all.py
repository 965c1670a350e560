import pytest

from lateen.kinds.all import GROUPS, KINDS, by_kind, by_plural, find, named
from lateen.kinds.spec import BUILT_IN_GROUPS


def test_kinds_and_plurals_are_unique_in_their_group():
    assert len({(spec.group, spec.kind) for spec in KINDS}) == len(KINDS)
    assert len({(spec.group, spec.plural) for spec in KINDS}) == len(KINDS)


@pytest.mark.parametrize("version", ["v1", "v1beta1", "v1alpha3"])
def test_every_served_version_finds_the_kind(version):
    assert find(f"networking.istio.io/{version}", "VirtualService") is by_kind("VirtualService")


@pytest.mark.parametrize(("version", "kind"), [("v1", "VirtualService"), (None, None), (["v1"], "Pod"), ("v1", {})])
def test_what_is_not_served_is_not_found(version, kind):
    assert find(version, kind) is None


def test_a_kind_is_found_by_group():
    assert by_kind("Gateway", "networking.istio.io").plural == "gateways"
    with pytest.raises(KeyError):
        by_kind("Gateway", "example.com")
    with pytest.raises(KeyError):
        by_kind("Unheard")


def test_a_kind_is_found_by_plural():
    assert by_plural("", "pods").kind == "Pod"
    with pytest.raises(KeyError):
        by_plural("apps", "pods")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("vs", "VirtualService"), ("VirtualServices", "VirtualService"), ("DR", "DestinationRule"),
        ("gateways.networking.istio.io", "Gateway"), ("svc", "Service"), ("deploy", "Deployment"),
        ("deployments.v1.apps", "Deployment"), ("peerauthentication.security.istio.io", "PeerAuthentication"),
        ("po", "Pod"), ("se", "ServiceEntry"),
    ],
)  # fmt: skip
def test_a_kind_is_known_by_all_its_names(text, kind):
    found = named(text)
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("gw", "networking.istio.io"), ("gateways.networking.istio.io", "networking.istio.io"),
        ("gtw", "gateway.networking.k8s.io"), ("gateways.gateway.networking.k8s.io", "gateway.networking.k8s.io"),
        ("gateway", "gateway.networking.k8s.io"), ("gateways", "gateway.networking.k8s.io"),
    ],
)  # fmt: skip
def test_a_name_of_two_kinds_means_the_one_whose_group_comes_first(text, group):
    found = named(text)
    assert found is not None
    assert (found.kind, found.group) == ("Gateway", group)


def test_groups_come_in_the_order_of_discovery():
    custom = [group for group in GROUPS if group not in BUILT_IN_GROUPS]
    assert GROUPS[0] == ""
    assert custom == list(GROUPS[-len(custom) :]) == sorted(custom)


def test_what_the_house_calls_a_kind_is_unique():
    assert len({spec.name for spec in KINDS}) == len(KINDS)


def test_an_unheard_name_is_none():
    assert named("spaceships") is None

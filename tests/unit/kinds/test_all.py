import pytest

from lateen.kinds.all import KINDS, by_kind, by_plural, find, named


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


def test_an_unheard_name_is_none():
    assert named("spaceships") is None

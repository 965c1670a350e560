import pytest
from api_gateways import lookups
from gateway_certificates import issue

from lateen.planner.gateway_api.authorities import Authorities, read_authorities
from lateen.planner.gateway_api.backends import Reference

PEM = issue("ca", authority=True).certificate_pem
MAPS = {"shop/good": PEM, "shop/bad": "no certificate", "far/good": PEM}


def read(*names: str, kind: str = "ConfigMap", group: str = "", permitted: bool = False) -> Authorities:
    references = [Reference(group, kind, *name.split("/")) for name in names]
    known = lookups(config_maps=MAPS, permitted=permitted)
    return read_authorities(references, "shop", known.permitted, known.config_map)


def test_authorities_that_can_be_used_are_taken_together_and_the_others_told():
    found = read("shop/good", "shop/bad", "shop/gone")
    assert found.credential == "configmap://shop/good"
    assert [one.kind for one in found.faults] == ["content", "content"]


@pytest.mark.parametrize(
    ("name", "given", "fault"),
    [
        ("shop/good", {"kind": "Secret"}, "kind"),
        ("shop/good", {"group": "example.com"}, "kind"),
        ("far/good", {}, "grant"),
    ],
)
def test_what_gives_no_authority_is_told_apart(name, given, fault):
    found = read(name, **given)
    assert found.credential == "" and [one.kind for one in found.faults] == [fault]


def test_another_namespace_may_be_named_where_it_grants_it():
    assert read("shop/good", "far/good", permitted=True).credential == "configmap://shop/good,far/good"

from typing import Any

import pytest
from api_gateways import lookups
from gateway_certificates import issue
from worlds import gateway_api

from lateen.kinds.decode import decode
from lateen.plan.upstream import Upstream, UpstreamTls
from lateen.planner.gateway_api.backend_tls import Policy, in_force, policy_conditions, read_policy, secure
from lateen.registry.service import Service, ServicePort

PEM = issue("ca", authority=True).certificate_pem
HOST = "web.shop.svc.cluster.local"
WEB = Service(
    host=HOST,
    namespace="shop",
    name="web",
    ports=(ServicePort(443, "btls", "auto", 8443), ServicePort(444, "other", "auto", 8443)),
)
UPSTREAM = Upstream(name="outbound|443||web", discovery="EDS", auto_tls=UpstreamTls(mode="ISTIO_MUTUAL"), port=443)
ROOTS = "caCertificateRefs: [{group: '', kind: ConfigMap, name: good}]"


def policy(name: str = "p", check: str = ROOTS, section: str = "", created: str = "", kind: str = "Service") -> Policy:
    target = f"{{group: '', kind: {kind}, name: web{f', sectionName: {section}' if section else ''}}}"
    spec = f"{{targetRefs: [{target}], validation: {{hostname: a.x, {check}}}}}"
    found = decode(gateway_api("BackendTLSPolicy", name, spec, created=created))
    return read_policy(found, lookups(config_maps={"shop/good": PEM}).config_map)


def tls(*policies: Policy, certificate: str | None = "", upstream: Upstream = UPSTREAM) -> Upstream:
    return secure(upstream, WEB, in_force(policies, HOST), certificate)


def test_the_server_is_asked_for_by_its_name_and_checked():
    found = tls(policy())
    assert found.auto_tls is None
    assert found.tls == UpstreamTls(mode="SIMPLE", sni="a.x", sans=("a.x",), roots="configmap://shop/good")


def test_names_may_be_others_than_the_one_that_is_asked_for():
    names = "[{type: Hostname, hostname: b.x}, {type: URI, uri: 'spiffe://c/d'}]"
    found = tls(policy(check=f"{ROOTS}, subjectAltNames: {names}")).tls
    assert found and (found.sni, found.sans) == ("a.x", ("b.x", "spiffe://c/d"))


def test_the_machines_authorities_may_be_trusted():
    found = tls(policy(check="wellKnownCACertificates: System")).tls
    assert found and (found.mode, found.roots) == ("SIMPLE", "")


def test_a_gateway_shows_its_certificate():
    found = tls(policy(), certificate="kubernetes-gateway://a/b").tls
    assert found and (found.mode, found.credential) == ("MUTUAL", "kubernetes-gateway://a/b")


@pytest.mark.parametrize(
    ("check", "certificate"),
    [("caCertificateRefs: [{group: '', kind: ConfigMap, name: gone}]", ""), (ROOTS, None)],
)
def test_where_somebody_cannot_be_checked_nobody_is_spoken_to(check, certificate):
    found = tls(policy(check=check), certificate=certificate)
    assert (found.discovery, found.localities, found.tls, found.auto_tls) == ("STATIC", (), None, None)


def test_a_policy_for_a_port_counts_there_and_the_oldest_of_two_for_the_same():
    new, old = (policy(name, created=f"20{at}0-01-01T00:00:00Z") for name, at in (("new", 3), ("old", 2)))
    own = policy("own", section="other", created="2040-01-01T00:00:00Z")
    chosen = in_force((new, old, own), HOST)
    assert {section: one.name for section, one in chosen.items()} == {"": "old", "other": "own"}
    assert tls(policy(section="other")) is UPSTREAM
    assert said(new, chosen=chosen)["Accepted"] == (False, "Conflicted")
    assert said(old, chosen=chosen) == said(own, chosen=chosen) == GOOD


GOOD = {"Accepted": (True, "Accepted"), "ResolvedRefs": (True, "ResolvedRefs")}


def said(one: Policy, service: Service | None = WEB, chosen: Any = None) -> dict[str, tuple[bool, str]]:
    found = policy_conditions(one, {HOST: in_force((one,), HOST) if chosen is None else chosen}, {HOST: service})
    return {condition.type: (condition.holds, condition.reason) for condition in found}


@pytest.mark.parametrize(
    ("given", "accepted", "resolved"),
    [
        ({}, (True, "Accepted"), (True, "ResolvedRefs")),
        ({"section": "btls"}, (True, "Accepted"), (True, "ResolvedRefs")),
        ({"section": "none"}, (False, "TargetNotFound"), (True, "ResolvedRefs")),
        (
            {"check": "caCertificateRefs: [{group: '', kind: ConfigMap, name: gone}]"},
            (False, "NoValidCACertificate"),
            (False, "InvalidCACertificateRef"),
        ),
        (
            {"check": "caCertificateRefs: [{group: a.x, kind: Other, name: good}]"},
            (False, "NoValidCACertificate"),
            (False, "InvalidKind"),
        ),
    ],
)
def test_what_becomes_of_a_policy_is_told(given, accepted, resolved):
    assert said(policy(**given)) == {"Accepted": accepted, "ResolvedRefs": resolved}


def test_others_well_known_authorities_are_not_known():
    assert said(policy(check="wellKnownCACertificates: example.com/mine"))["Accepted"] == (False, "Invalid")


def test_a_service_that_is_not_there_is_told():
    assert said(policy(), service=None)["Accepted"] == (False, "TargetNotFound")

import base64

import pytest
from worlds import SHOP, World, configured, gateway_api, istio, pod, service

from lateen.base.refs import Key
from lateen.kinds.decode import decode
from lateen.planner.scope import Scope
from lateen.planner.secrets import _object_key, plan_authorities
from lateen.proto.types import SECRET

WEB = "web.shop.svc.cluster.local"
RULE = "{host: web, workloadSelector: {matchLabels: {app: client}}, trafficPolicy: {tls: {mode: MUTUAL, credentialName: c}}}"
CLIENT = Scope("sidecar", "shop", "app=client")


def secret(name, namespace="shop", **data):
    encoded = {key.replace("_", "."): base64.b64encode(value.encode()).decode() for key, value in data.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": namespace}, "data": encoded}


def world(*objects):
    found = World(SHOP, CLIENT)
    found.put(service("web"), *objects)
    return found


def known(world):
    return dict(world.plans.secrets.items())


def test_a_credential_is_a_certificate_and_roots_for_the_clients_that_the_rule_selects():
    found = known(
        world(istio("DestinationRule", "web", RULE), secret("c", tls_crt="chain", tls_key="key", ca_crt="roots"))
    )
    assert set(found) == {(CLIENT, "kubernetes://c"), (CLIENT, "kubernetes://c-cacert")}
    certificate = found[CLIENT, "kubernetes://c"]
    assert (certificate.chain, certificate.key.reveal()) == (b"chain", b"key")
    assert found[CLIENT, "kubernetes://c-cacert"].roots == b"roots"


def test_roots_may_stand_in_a_secret_of_their_own():
    apart = (secret("c", cert="chain", key="key", cacert="own"), secret("c-cacert", cacert="apart", crl="gone"))
    roots = known(world(istio("DestinationRule", "web", RULE), *apart))[CLIENT, "kubernetes://c-cacert"]
    assert (roots.roots, roots.revoked) == (b"apart", b"gone")


def test_a_secret_that_comes_changes_or_goes_is_followed():
    there = world(istio("DestinationRule", "web", RULE))
    assert not known(there)
    there.put(secret("c", tls_crt="one", tls_key="key"))
    there.put(secret("c", tls_crt="two", tls_key="key"))
    assert known(there)[CLIENT, "kubernetes://c"].chain == b"two"
    there.delete("Secret", "c")
    assert not known(there)


def test_without_a_selector_sidecars_read_no_secret():
    rule = "{host: web, trafficPolicy: {tls: {mode: MUTUAL, credentialName: c}}}"
    there = world(istio("DestinationRule", "web", rule), secret("c", tls_crt="chain", tls_key="key"))
    assert not known(there)
    assert there.upstream(f"outbound|80||{WEB}").tls.credential == ""


def test_a_gateway_reads_the_secrets_of_its_own_namespace_only():
    rule = "{host: web, trafficPolicy: {tls: {mode: MUTUAL, credentialName: c}}}"
    gateway = Scope("gateway", "edge")
    there = world(istio("DestinationRule", "web", rule), secret("c", tls_crt="chain", tls_key="key"))
    there.want(gateway)
    assert there.upstream(f"outbound|80||{WEB}", gateway).tls.credential == "c"
    assert not known(there), "the secret is in another namespace"
    there.put(secret("c", "edge", tls_crt="edge", tls_key="key"))
    assert known(there)[gateway, "kubernetes://c"].chain == b"edge"


@pytest.mark.parametrize(
    ("credential", "key"),
    [
        ("c", Key("shop", "c")),
        ("kubernetes://c", Key("shop", "c")),
        ("kubernetes://shop/c", Key("shop", "c")),
        ("kubernetes-gateway://bank/c", Key("bank", "c")),
        ("file:///etc/key", None),
    ],
)
def test_a_credential_names_a_secret(credential, key):
    assert _object_key(credential, "shop") == key


def test_no_name_leads_out_of_the_namespace_but_by_a_grant_to_gateways():
    gateway, sidecar = Scope("gateway", "edge"), Scope("sidecar", "edge")
    there = World(gateway, sidecar)
    rule = RULE.replace("credentialName: c", "credentialName: 'kubernetes-gateway://shop/c'")
    rule = rule.replace("workloadSelector: {matchLabels: {app: client}}, ", "")
    there.put(service("web"), istio("DestinationRule", "web", rule), secret("c", tls_crt="chain", tls_key="key"))
    assert not known(there)
    grant = """
    from: [{group: gateway.networking.k8s.io, kind: Gateway, namespace: edge}]
    to: [{group: '', kind: Secret, name: %s}]
    """
    there.put(gateway_api("ReferenceGrant", "g", grant % "other"))
    assert not known(there)
    there.put(gateway_api("ReferenceGrant", "g", grant % "c"))
    assert {scope for scope, _ in known(there)} == {gateway}


def test_secrets_are_no_part_of_what_a_proxy_is_shown_to_have():
    proxy = configured(
        service("web"),
        istio("DestinationRule", "web", RULE),
        secret("c", tls_crt="chain", tls_key="key"),
        proxy=pod("client", "10.1.0.9"),
    )
    assert SECRET not in proxy._encoded


def test_authorities_of_config_maps_are_joined():
    maps = [decode({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": n, "namespace": "shop"}, "data": {"ca.crt": n}})
            for n in ("a", "b")]  # fmt: skip
    (found,) = plan_authorities("configmap://shop/a,shop/b", maps)
    assert (found.name, found.roots) == ("configmap://shop/a,shop/b-cacert", b"a\nb")
    assert not list(plan_authorities("configmap://shop/a", []))

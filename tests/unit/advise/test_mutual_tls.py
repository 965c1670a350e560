import pytest
from worlds import COMMON, SHOP, World, istio, pod, service, slices

from lateen.advise.mutual_tls import TlsCheck, check_tls
from lateen.base.errors import LateenError

HOST = "web.bank.svc.cluster.local"


def policy(mode: str, name: str = "default", namespace: str = "bank", more: str = "") -> dict:
    return istio("PeerAuthentication", name, f"{{mtls: {{mode: {mode}}}{more}}}", namespace=namespace)


def rule(mode: str) -> dict:
    return istio("DestinationRule", "w", f"{{host: web, trafficPolicy: {{tls: {{mode: {mode}}}}}}}", namespace="bank")


def checked(*objects: dict, injected: bool = True) -> TlsCheck:
    world = World()
    web = pod("web-1", "10.0.0.1", {"app": "web"}, namespace="bank", injected=injected)
    world.put(service("web", namespace="bank"), web, slices("web", {"web-1": "10.0.0.1"}, namespace="bank"), *objects)
    (found,) = check_tls(world.plans, [COMMON, SHOP], HOST)
    return found


def test_without_rules_auto_mutual_tls_meets_a_server_that_takes_both():
    found = checked()
    assert (found.status, found.server, found.client, found.policy) == ("AUTO", "PERMISSIVE", "AUTO", "-")
    assert found.why == (
        "client: mutual TLS where a server takes it, else plaintext (auto mTLS); no DestinationRule; "
        "server: takes mutual TLS and plaintext (no PeerAuthentication: the default)"
    )


@pytest.mark.parametrize(
    ("client", "server", "status"),
    [
        ("DISABLE", "STRICT", "CONFLICT"),
        ("DISABLE", "PERMISSIVE", "OK"),
        ("SIMPLE", "STRICT", "CONFLICT"),
        ("ISTIO_MUTUAL", "DISABLE", "CONFLICT"),
        ("ISTIO_MUTUAL", "STRICT", "OK"),
    ],
)
def test_a_rule_and_a_policy_agree_or_not(client: str, server: str, status: str):
    found = checked(rule(client), policy(server))
    assert (found.status, found.server, found.policy, found.destination_rule) == (
        status,
        server,
        "default/bank",
        "w/bank",
    )
    assert found.client == ("-" if client == "DISABLE" else client)
    assert ("and the server takes" in found.why) == (status == "CONFLICT")
    assert "; DestinationRule w/bank;" in found.why and "(PeerAuthentication default/bank)" in found.why


def test_the_narrower_policy_decides_down_to_the_port():
    narrow = policy(
        "DISABLE", "narrow", more=", selector: {matchLabels: {app: web}}, portLevelMtls: {80: {mode: STRICT}}"
    )
    assert checked(policy("STRICT", namespace="istio-system")).policy == "default/istio-system"
    found = checked(policy("PERMISSIVE"), narrow)
    assert (found.server, found.policy) == ("STRICT", "narrow/bank")


def test_a_server_without_a_proxy_ends_no_mutual_tls():
    assert (checked(injected=False).status, checked(injected=False).server) == ("AUTO", "NONE")
    assert "no proxy that ends it" in checked(rule("ISTIO_MUTUAL"), injected=False).why


def test_a_host_outside_the_mesh_has_no_policy():
    world = World()
    spec = (
        "{hosts: [a.com], location: MESH_EXTERNAL, resolution: DNS, ports: [{number: 80, name: http, protocol: HTTP}]}"
    )
    world.put(istio("ServiceEntry", "e", spec))
    (found,) = check_tls(world.plans, [COMMON, SHOP], "a.com")
    assert (found.status, found.server, found.client, found.policy) == ("OK", "-", "-", "-")
    assert found.why == "client: plaintext; no DestinationRule; server: none of the mesh's workloads"
    with pytest.raises(LateenError) as raised:
        check_tls(world.plans, [COMMON, SHOP], "b.com")
    assert raised.value.fix == 'did you mean "a.com"?'

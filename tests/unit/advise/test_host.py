import pytest
from worlds import COMMON, SHOP, World, istio, pod, service

from lateen.advise.host import HostStory, explain_host
from lateen.base.errors import LateenError

HOST = "web.bank.svc.cluster.local"
OUTLIERS = "trafficPolicy: {outlierDetection: {consecutiveGatewayErrors: 5}}"
RULE = istio("DestinationRule", "web", f"{{host: web, {OUTLIERS}, subsets: [{{name: v1}}]}}", namespace="bank")


def explained(asked: str, *objects: dict) -> HostStory:
    world = World()
    world.put(
        service("web", namespace="bank"), pod("web-1", "10.0.0.1", namespace="bank", labels={"app": "web"}), *objects
    )
    return explain_host(world.plans, [COMMON, SHOP], asked)


def test_a_host_is_told_with_its_declarations_rules_and_clusters():
    entry = istio("ServiceEntry", "e", f"{{hosts: [{HOST}], ports: [{{number: 80, name: http, protocol: HTTP}}]}}")
    story = explained(f"{HOST}:80", RULE, entry)
    assert [(one.kind, one.ports, one.meant) for one in story.declared] == [
        ("Service", ("80/http",), False),
        ("ServiceEntry", ("80/http",), True),
    ]
    story = explained(HOST, RULE)
    assert [one.name for one in story.upstreams] == [f"outbound|80||{HOST}", f"outbound|80|v1|{HOST}"]
    assert [one.number for one in story.upstreams[0].counters] == [5, 5]
    assert story.upstreams[0].tls.startswith("mutual TLS where a server takes it")
    assert "DestinationRule bank/web" in story.upstreams[0].origin
    assert [place.namespace for place in story.places] == ["shop", "bank", "istio-system"]


def test_a_short_name_is_of_the_clients_namespace():
    assert explained("api", service("api")).host == "api.shop.svc.cluster.local"


@pytest.mark.parametrize(
    ("mode", "said"), [("DISABLE", "plaintext"), ("SIMPLE", "TLS"), ("ISTIO_MUTUAL", "mutual TLS with the mesh's")]
)
def test_tls_is_told_as_the_rule_has_it(mode: str, said: str):
    policy = f"{{host: web, trafficPolicy: {{tls: {{mode: {mode}}}}}}}"
    assert explained(HOST, istio("DestinationRule", "w", policy, namespace="bank")).upstreams[0].tls.startswith(said)


def test_what_nobody_declares_or_shows_is_an_error_that_says_what_becomes_of_calls():
    with pytest.raises(LateenError, match="what is sent there passes through") as raised:
        explained("wab.bank.svc.cluster.local")
    assert raised.value.fix == f'did you mean "{HOST}"?'
    hidden = service("own", namespace="bank", annotations={"networking.istio.io/exportTo": "."})
    with pytest.raises(LateenError, match="is not visible in namespace shop") as raised:
        explained("own.bank.svc.cluster.local", hidden)
    assert raised.value.fix == "it is declared by bank/own: see its exportTo"


def test_a_proxy_that_calls_nobody_is_an_error():
    with pytest.raises(LateenError, match="calls nobody"):
        explain_host(World().plans, [COMMON], HOST)

from lateen.install.gateways import gateways
from lateen.install.parts import Installation
from lateen.install.settings import settings


def made(direction, *values):
    found = gateways(Installation(settings(values=values), "1"), direction)
    return {(raw["kind"], raw["metadata"]["name"]): raw for raw in found}


def test_the_default_profile_has_an_ingress_gateway_alone():
    found = made("ingress")
    assert made("egress") == {}
    template = found["Deployment", "istio-ingressgateway"]["spec"]["template"]
    assert template["metadata"]["annotations"]["inject.istio.io/templates"] == "gateway"
    assert template["spec"]["containers"][0]["image"] == "auto"
    ports = {port["name"]: port["targetPort"] for port in found["Service", "istio-ingressgateway"]["spec"]["ports"]}
    assert ports == {"status-port": 15021, "http2": 8080, "https": 8443}


def test_the_profile_to_try_has_both_and_more_ports():
    ports = made("ingress", "profile=demo")["Service", "istio-ingressgateway"]["spec"]["ports"]
    assert {31400, 15443} <= {port["port"] for port in ports}
    assert made("egress", "profile=demo")["Service", "istio-egressgateway"]["spec"]["type"] == "ClusterIP"


def test_a_gateway_of_ones_own_with_its_labels_and_service():
    own = {
        "name": "mine",
        "enabled": True,
        "namespace": "edge",
        "label": {"app": "front"},
        "k8s": {"service": {"type": "NodePort"}},
    }
    operator = {"kind": "IstioOperator", "spec": {"components": {"ingressGateways": [own]}}}
    installation = Installation(settings([("f.yaml", operator)]), "1")
    found = {raw["metadata"]["name"]: raw for raw in gateways(installation, "ingress") if raw["kind"] == "Service"}
    assert found["mine"]["metadata"]["namespace"] == "edge" and found["mine"]["spec"]["type"] == "NodePort"
    assert found["mine"]["spec"]["selector"] == {"app": "front", "istio": "ingressgateway"}


def test_a_named_revision_gives_it_its_proxy():
    labels = made("ingress", "revision=r")["Deployment", "istio-ingressgateway"]["spec"]["template"]["metadata"][
        "labels"
    ]
    assert labels["istio.io/rev"] == "r" and labels["sidecar.istio.io/inject"] == "true"

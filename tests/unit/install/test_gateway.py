import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

from api_gateways import read_gateway
from worlds import gateway_api

from lateen.install.gateway import gateway_objects
from lateen.kinds.decode import decode

LISTENERS = "[{name: a, port: 80, protocol: HTTP}, {name: b, port: 80, protocol: HTTP, hostname: b.x}, {name: c, port: 9, protocol: TCP}, {name: d, port: 9, protocol: UDP}]"  # fmt: skip


def made(more: str = "", **meta: Any) -> dict[str, Any]:
    spec = f"{{gatewayClassName: lateen, listeners: {LISTENERS}{more}}}"
    found = decode(gateway_api("Gateway", "edge", spec, uid="u-1", **meta))
    return {raw["kind"]: raw for raw in gateway_objects(found, read_gateway(found))}


def test_everything_goes_with_its_gateway() -> None:
    for raw in made().values():
        assert (raw["metadata"]["name"], raw["metadata"]["namespace"]) == ("edge-lateen", "shop")
        (owner,) = raw["metadata"]["ownerReferences"]
        assert (owner["kind"], owner["name"], owner["uid"]) == ("Gateway", "edge", "u-1")


def test_the_service_has_each_listeners_port_once_and_leads_to_the_proxies() -> None:
    found = made()
    service, template = found["Service"]["spec"], found["Deployment"]["spec"]["template"]
    ports = [(port["name"], port["port"], port.get("protocol", "TCP")) for port in service["ports"]]
    assert ports == [("status-port", 15021, "TCP"), ("port-9", 9, "TCP"), ("udp-9", 9, "UDP"), ("port-80", 80, "TCP")]
    assert service["type"] == "LoadBalancer"
    assert service["selector"].items() <= template["metadata"]["labels"].items()
    assert template["metadata"]["annotations"] == {"inject.istio.io/templates": "gateway"}
    assert template["spec"]["containers"][0]["image"] == "auto"


def test_a_user_may_choose_labels_names_and_the_type_of_the_service() -> None:
    annotations = {"networking.istio.io/service-type": "ClusterIP", "gateway.istio.io/name-override": "front"}
    found = made(", infrastructure: {labels: {team: a}, annotations: {note: b}}", annotations=annotations)
    assert found["Service"]["spec"]["type"] == "ClusterIP" and found["Service"]["metadata"]["name"] == "front"
    template = found["Deployment"]["spec"]["template"]["metadata"]
    assert template["labels"]["team"] == "a" and template["annotations"]["note"] == "b"

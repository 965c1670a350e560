"""What is made for a Gateway of the Gateway API: an account, a Deployment of its proxies, and the Service before them.

https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/#automated-deployment
"""

from collections.abc import Iterator
from typing import Any

from lateen.kinds.gateway_api.gateway import GatewaySpec, Infrastructure
from lateen.kinds.object import Object
from lateen.planner.gateway_api.gateway import ApiGateway, resource_name

Raw = dict[str, Any]

NAME_LABEL = "gateway.networking.k8s.io/gateway-name"
_CLASS_LABEL = "gateway.networking.k8s.io/gateway-class-name"
_MANAGED = {"gateway.istio.io/managed": "istio.io-gateway-controller"}
_TYPE = "networking.istio.io/service-type"
_STATUS_PORT = 15021
_PORTS = {"TCP": "port", "UDP": "udp"}
"""How the service's ports are named."""


def gateway_objects(found: Object, gateway: ApiGateway) -> Iterator[Raw]:
    """Yield the objects of a Gateway: they go with it. `gateway`: it with all its listeners, whoever wrote them."""
    yield {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": _meta(found)}
    yield {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": _meta(found), "spec": _deployment(found, gateway)}
    yield {"apiVersion": "v1", "kind": "Service", "metadata": _meta(found), "spec": _service(found, gateway)}


def _infrastructure(found: Object) -> Infrastructure:
    spec: GatewaySpec = found.model.spec
    return spec.infrastructure or Infrastructure()


def _labels(found: Object) -> dict[str, str]:
    spec: GatewaySpec = found.model.spec
    own = {NAME_LABEL: found.name, _CLASS_LABEL: spec.gateway_class_name} | _MANAGED
    return {**_infrastructure(found).labels, **own}


def _meta(found: Object) -> Raw:
    owner = {"apiVersion": found.raw["apiVersion"], "kind": "Gateway", "name": found.name, "uid": found.meta.uid}
    return {
        "name": resource_name(found),
        "namespace": found.namespace,
        "labels": _labels(found),
        "annotations": dict(_infrastructure(found).annotations),
        "ownerReferences": [owner],
    }


def _deployment(found: Object, gateway: ApiGateway) -> Raw:
    name = resource_name(found)
    labels = _labels(found) | {
        "service.istio.io/canonical-name": name,
        "service.istio.io/canonical-revision": "latest",
        "sidecar.istio.io/inject": "true",
    }
    annotations = {**_infrastructure(found).annotations, "inject.istio.io/templates": "gateway"}
    ports: list[Raw] = [{"containerPort": _STATUS_PORT}]
    ports += [{"containerPort": number, "protocol": protocol} for number, protocol in _numbers(gateway)]
    container = {"name": "istio-proxy", "image": "auto", "ports": ports}
    return {
        "selector": {"matchLabels": {NAME_LABEL: found.name}},
        "template": {
            "metadata": {"labels": labels, "annotations": annotations},
            "spec": {"serviceAccountName": name, "containers": [container]},
        },
    }


def _service(found: Object, gateway: ApiGateway) -> Raw:
    spec: GatewaySpec = found.model.spec
    status = {"name": "status-port", "port": _STATUS_PORT, "targetPort": _STATUS_PORT}
    ports = [
        {"name": f"{_PORTS[protocol]}-{number}", "port": number, "targetPort": number, "protocol": protocol}
        for number, protocol in _numbers(gateway)
    ]
    made: Raw = {
        "type": found.annotations.get(_TYPE, "LoadBalancer"),
        "selector": {NAME_LABEL: found.name},
        "ports": [status, *ports],
    }
    address = next((one.value for one in spec.addresses if one.type == "IPAddress" and one.value), "")
    return made | ({"loadBalancerIP": address} if address and made["type"] == "LoadBalancer" else {})


def _numbers(gateway: ApiGateway) -> list[tuple[int, str]]:
    """The ports of all listeners, with their protocols."""
    found = {(one.number, "UDP" if one.carries == "udp" else "TCP") for one in gateway.listeners}
    return sorted(found - {(_STATUS_PORT, "TCP")})

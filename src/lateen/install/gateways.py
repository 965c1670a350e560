"""Istio's ingress and egress gateways: proxies without applications, by injection.

https://istio.io/latest/docs/setup/additional-setup/gateway/
"""

from collections.abc import Iterator, Mapping
from typing import Any

from lateen.inject.container import startup_probe
from lateen.install.parts import Installation, Raw, autoscaler, disruption_budget, made

_STATUS = {"name": "status-port", "port": 15021, "targetPort": 15021}
_HTTP = {"name": "http2", "port": 80, "targetPort": 8080}
_HTTPS = {"name": "https", "port": 443, "targetPort": 8443}
PORTS = {
    "ingress": (_STATUS, _HTTP, _HTTPS),
    "egress": (_HTTP, _HTTPS),
}
# What the profile for trying everything has beside.
_DEMO = ({"name": "tcp", "port": 31400, "targetPort": 31400}, {"name": "tls", "port": 15443, "targetPort": 15443})
_RBAC = "rbac.authorization.k8s.io"


DIRECTIONS = ("ingress", "egress")


def gateways(installation: Installation, direction: str) -> Iterator[Raw]:
    """Yield the objects of a direction's gateways that are enabled."""
    for one in installation.tree["components"][f"{direction}Gateways"]:
        if one["enabled"]:
            yield from _gateway(installation, direction, one)


def _gateway(installation: Installation, direction: str, one: Mapping[str, Any]) -> Iterator[Raw]:
    name, namespace = one["name"], one["namespace"] or installation.namespace
    known = installation.values["gateways"]
    said = known.get(name) or known[f"istio-{direction}gateway"]
    selector = {"app": name, "istio": f"{direction}gateway"} | (one.get("label") or {})
    labels = installation.labels(f"{direction.capitalize()}Gateways", **selector)
    account = f"{name}-service-account"
    yield made("v1", "ServiceAccount", account, labels, namespace, **installation.secrets())
    yield made("apps/v1", "Deployment", name, labels, namespace, spec=_deployment(installation, one, said, selector))
    yield _annotated(
        made("v1", "Service", name, labels, namespace, spec=_service(installation, direction, one, said, selector)),
        {**said["serviceAnnotations"], **((one.get("k8s") or {}).get("serviceAnnotations") or {})},
    )
    if said["autoscaleEnabled"]:
        yield autoscaler(name, namespace, labels, said)
    if installation.common["defaultPodDisruptionBudget"]["enabled"]:
        yield disruption_budget(name, namespace, labels, selector)


def _annotated(raw: Raw, annotations: Mapping[str, str]) -> Raw:
    return raw | {"metadata": raw["metadata"] | {"annotations": dict(annotations)}} if annotations else raw


def _deployment(
    installation: Installation, one: Mapping[str, Any], said: Mapping[str, Any], selector: Mapping[str, str]
) -> Raw:
    k8s = one.get("k8s") or {}
    revision = {} if installation.revision == "default" else {"istio.io/rev": installation.revision}
    labels = {
        **selector,
        "service.istio.io/canonical-name": one["name"],
        "service.istio.io/canonical-revision": "latest",
        "sidecar.istio.io/inject": "true",
        **revision,
    }
    container = {
        "name": "istio-proxy",
        "image": "auto",
        "ports": [{"containerPort": port} for port in (15021, 8080, 8443)],
        "resources": k8s.get("resources") or said["resources"],
        # Ready within a second of being so, and asked seldom from then on.
        "startupProbe": startup_probe(),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "privileged": False,
            "readOnlyRootFilesystem": True,
        },
    }
    spec = {
        "serviceAccountName": f"{one['name']}-service-account",
        "containers": [container],
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        **{name: said[name] for name in ("nodeSelector", "tolerations") if said[name]},
    }
    annotations = {"inject.istio.io/templates": "gateway", **said["podAnnotations"]}
    template = {"metadata": {"labels": labels, "annotations": annotations}, "spec": spec}
    surge = {"rollingUpdate": {"maxSurge": "100%", "maxUnavailable": "25%"}}
    made_of: Raw = {"selector": {"matchLabels": dict(selector)}, "strategy": surge, "template": template}
    return made_of if said["autoscaleEnabled"] else {"replicas": k8s.get("replicaCount") or 1} | made_of


def _service(
    installation: Installation,
    direction: str,
    one: Mapping[str, Any],
    said: Mapping[str, Any],
    selector: Mapping[str, str],
) -> Raw:
    asked = (one.get("k8s") or {}).get("service") or {}
    demo = _DEMO if installation.tree["profile"] == "demo" and direction == "ingress" else ()
    ports = asked.get("ports") or [port | {"protocol": "TCP"} for port in (*PORTS[direction], *demo)]
    return {"type": said["type"], "ports": ports, "selector": dict(selector)} | asked

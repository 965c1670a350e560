"""Istio's ingress and egress gateways: proxies without applications, by injection.

https://istio.io/latest/docs/setup/additional-setup/gateway/
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lateen.inject.container import startup_probe
from lateen.install.k8s import customized
from lateen.install.parts import ONE_STAYS, PLACING, Installation, Raw, annotated, autoscaler, disruption_budget, made

_STATUS = {"name": "status-port", "port": 15021, "targetPort": 15021}
_HTTP = {"name": "http2", "port": 80, "targetPort": 8080}
_HTTPS = {"name": "https", "port": 443, "targetPort": 8443}
PORTS = {
    "ingress": (_STATUS, _HTTP, _HTTPS),
    "egress": (_HTTP, _HTTPS),
}
# What the profile for trying everything has beside.
_DEMO = ({"name": "tcp", "port": 31400, "targetPort": 31400}, {"name": "tls", "port": 15443, "targetPort": 15443})

_RESTRICTED: Raw = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}

DIRECTIONS = ("ingress", "egress")


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """One gateway. `labels`: those of its own pods, which nobody else's have. `settings`: as values.gateways has them.
    `service`: the spec of its Service but for the selector. `replicas` counts where there is no autoscaler. `budget`:
    the PodDisruptionBudget but for the selector, {} = none."""

    name: str
    namespace: str
    account: str
    labels: Mapping[str, str]
    settings: Mapping[str, Any]
    service: Mapping[str, Any]
    annotations: Mapping[str, str]
    resources: Any
    replicas: Any = 1
    budget: Mapping[str, Any] = field(default_factory=dict)
    makes_account: bool = True
    account_annotations: Mapping[str, str] = field(default_factory=dict)


def gateways(installation: Installation, direction: str) -> Iterator[Raw]:
    """Yield the objects of a direction's gateways that are enabled."""
    for one in installation.tree["components"][f"{direction}Gateways"]:
        if one["enabled"]:
            labels = installation.labels(f"{direction.capitalize()}Gateways")
            yield from customized(gateway(installation, _gateway(installation, direction, one), labels), one.get("k8s"))


def gateway(installation: Installation, one: Gateway, labels: Mapping[str, str]) -> Iterator[Raw]:
    """Yield the objects of a gateway; `labels`: those of all of them."""
    labels, said = {**labels, **one.labels}, one.settings
    if one.makes_account:
        account = made("v1", "ServiceAccount", one.account, labels, one.namespace, **installation.secrets())
        yield annotated(account, one.account_annotations)
    yield made("apps/v1", "Deployment", one.name, labels, one.namespace, spec=_deployment(installation, one))
    service = {**one.service, "selector": dict(one.labels)}
    yield annotated(made("v1", "Service", one.name, labels, one.namespace, spec=service), one.annotations)
    if said["autoscaleEnabled"]:
        yield autoscaler(one.name, one.namespace, labels, said)
    if one.budget:
        yield disruption_budget(one.name, one.namespace, labels, one.labels, one.budget)


def _gateway(installation: Installation, direction: str, one: Mapping[str, Any]) -> Gateway:
    known, name = installation.values["gateways"], one["name"]
    said = known.get(name) or known[f"istio-{direction}gateway"]
    more = _DEMO if installation.tree["profile"] == "demo" and direction == "ingress" else ()
    ports = [port | {"protocol": "TCP"} for port in (*PORTS[direction], *more)]
    return Gateway(
        name=name,
        namespace=one["namespace"] or installation.namespace,
        account=f"{name}-service-account",
        labels={"app": name, "istio": f"{direction}gateway"} | (one.get("label") or {}),
        settings={**said, "securityContext": known["securityContext"]},
        service={"type": said["type"], "ports": ports},
        annotations=said["serviceAnnotations"],
        resources=said["resources"],
        budget=ONE_STAYS if installation.common["defaultPodDisruptionBudget"]["enabled"] else {},
    )


def _deployment(installation: Installation, one: Gateway) -> Raw:
    said = one.settings
    labels = {
        **one.labels,
        "service.istio.io/canonical-name": one.name,
        "service.istio.io/canonical-revision": "latest",
        "sidecar.istio.io/inject": "true",
        **({} if installation.is_default else {"istio.io/rev": installation.revision}),
    }
    container = {
        "name": "istio-proxy",
        "image": "auto",
        "ports": [{"containerPort": port} for port in (15021, 8080, 8443)],
        "resources": one.resources,
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
        "serviceAccountName": one.account,
        "containers": [container],
        "securityContext": said.get("securityContext") or _RESTRICTED,
        **installation.priority(),
        **{name: said[name] for name in PLACING if said.get(name)},
    }
    annotations = {"inject.istio.io/templates": "gateway", **said["podAnnotations"]}
    template = {"metadata": {"labels": labels, "annotations": annotations}, "spec": spec}
    surge = {"rollingUpdate": {"maxSurge": "100%", "maxUnavailable": "25%"}}
    made_of: Raw = {"selector": {"matchLabels": dict(one.labels)}, "strategy": surge, "template": template}
    return made_of if said["autoscaleEnabled"] else {"replicas": one.replicas} | made_of

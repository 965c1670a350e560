"""The control plane of a cluster: its settings, its Deployment, and the service that proxies and API servers know."""

from collections.abc import Iterator

from lateen.install.parts import (
    PLACING,
    RESTRICTED,
    UID,
    Installation,
    Raw,
    annotated,
    autoscaler,
    disruption_budget,
    made,
    text,
)

# name → port, target: where tools and proxies look. Agents show tokens on 15013 (docs/adr/0006).
PORTS = {
    "https-dns": (15012, 15012),
    "https-token": (15013, 15013),
    "https-webhook": (443, 15017),
    "http-monitoring": (15014, 15014),
}
_CONTAINER_PORTS = {
    "http-ready": 8080,
    "https-xds": 15012,
    "https-token": 15013,
    "http-monitoring": 15014,
    "https-hooks": 15017,
}


def control_plane(installation: Installation) -> Iterator[Raw]:
    """Yield all but its rights and its webhooks."""
    labels = installation.labels("Pilot", app="istiod", istio="pilot")
    name, namespace, pilot = installation.istiod, installation.namespace, installation.values["pilot"]
    selector = _selector(installation)
    yield _mesh(installation)
    yield _injection(installation)
    service = made("v1", "Service", name, labels, namespace, spec=_service(installation))
    yield annotated(service, pilot["serviceAnnotations"])
    yield made("apps/v1", "Deployment", name, labels, namespace, spec=_deployment(installation))
    if pilot["autoscaleEnabled"]:
        yield autoscaler(name, namespace, labels, pilot)
    if installation.common["defaultPodDisruptionBudget"]["enabled"]:
        yield disruption_budget(name, namespace, labels, selector)


def _selector(installation: Installation) -> dict[str, str]:
    rest = {"istio": "pilot"} if installation.is_default else {"istio.io/rev": installation.revision}
    return {"app": "istiod", **rest}


def _mesh(installation: Installation) -> Raw:
    data = {"mesh": installation.mesh(), "meshNetworks": "networks: {}\n"}
    labels = installation.labels("Pilot")
    return made("v1", "ConfigMap", f"istio{installation.suffix}", labels, installation.namespace, data=data)


def _injection(installation: Installation) -> Raw:
    name, labels = f"istio-sidecar-injector{installation.suffix}", installation.labels("Pilot")
    return made("v1", "ConfigMap", name, labels, installation.namespace, data={"values": installation.injection()})


def _service(installation: Installation) -> Raw:
    ports = [
        {"name": name, "port": port, "targetPort": target, "protocol": "TCP"} for name, (port, target) in PORTS.items()
    ]
    return {"ports": ports, "selector": _selector(installation)}


def _deployment(installation: Installation) -> Raw:
    pilot = installation.values["pilot"]
    surge = {"maxSurge": pilot["rollingMaxSurge"], "maxUnavailable": pilot["rollingMaxUnavailable"]}
    labels = installation.labels("Pilot", app="istiod", istio="pilot", **pilot["podLabels"])
    labels |= {"sidecar.istio.io/inject": "false", "istio.io/dataplane-mode": "none"}
    scraped = {"prometheus.io/port": "15014", "prometheus.io/scrape": "true"}
    spec = {
        "serviceAccountName": installation.istiod,
        "securityContext": {"fsGroup": UID, "runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [_container(installation)],
        "volumes": [
            {"name": "state", "emptyDir": {"medium": "Memory"}},
            {"name": "tmp", "emptyDir": {"medium": "Memory"}},
            {"name": "cacerts", "secret": {"secretName": "cacerts", "optional": True}},
        ],
        **installation.secrets(),
        **installation.priority(),
        **{name: pilot[name] for name in PLACING if pilot[name]},
    }  # fmt: skip
    template = {"metadata": {"labels": labels, "annotations": {**scraped, **pilot["podAnnotations"]}}, "spec": spec}
    made_of: Raw = {"selector": {"matchLabels": _selector(installation)}, "template": template}
    made_of["strategy"] = {"rollingUpdate": surge}
    return made_of if pilot["autoscaleEnabled"] else {"replicas": pilot["replicaCount"]} | made_of


def _container(installation: Installation) -> Raw:
    pilot = installation.values["pilot"]
    own = [_field("POD_NAME", "metadata.name"), _field("POD_NAMESPACE", "metadata.namespace"),
           _field("SERVICE_ACCOUNT", "spec.serviceAccountName")]  # fmt: skip
    said = {
        "REVISION": installation.revision,
        "CLUSTER_ID": installation.common["multiCluster"]["clusterName"],
        "TRUST_DOMAIN": installation.tree["meshConfig"].get("trustDomain") or "cluster.local",
        **{name: text(value) for name, value in pilot["env"].items()},
    }
    return {
        "name": "discovery",
        "image": installation.image(pilot["image"], pilot),
        **installation.pulling(),
        "args": ["discovery"],
        "env": [*({"name": name, "value": value} for name, value in said.items()), *own],
        "ports": [{"name": name, "containerPort": port} for name, port in _CONTAINER_PORTS.items()],
        "readinessProbe": {
            "httpGet": {"path": "/ready", "port": 8080},
            "initialDelaySeconds": 1,
            "periodSeconds": 3,
            "timeoutSeconds": 5,
        },
        "resources": pilot["resources"],
        "securityContext": RESTRICTED,
        "volumeMounts": [
            {"name": "state", "mountPath": "/var/lib/lateen"},
            {"name": "tmp", "mountPath": "/tmp"},
            {"name": "cacerts", "mountPath": "/etc/cacerts", "readOnly": True},
        ],
    }


def _field(name: str, path: str) -> Raw:
    return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}

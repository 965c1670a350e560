"""The istio-proxy container as Istio names all in it: arguments, environment, probes, mounts, volumes."""

import json
from collections.abc import Mapping
from typing import Any

from lateen.inject.owner import WORKLOAD_NAME, Owner
from lateen.inject.settings import InjectSettings

NAME = "istio-proxy"
UID = 1337

Json = dict[str, Any]

# Volume name → where the proxy sees it.
MOUNTS = {
    "workload-socket": "/var/run/secrets/workload-spiffe-uds",
    "credential-socket": "/var/run/secrets/credential-uds",
    "workload-certs": "/var/run/secrets/workload-spiffe-credentials",
    "istiod-ca-cert": "/var/run/secrets/istio",
    "istio-data": "/var/lib/istio/data",
    "istio-envoy": "/etc/istio/proxy",
    "istio-token": "/var/run/secrets/tokens",
    "istio-podinfo": "/etc/istio/pod",
}


def arguments(role: str, annotations: Mapping[str, str], settings: InjectSettings) -> list[str]:
    """The arguments of a proxy of `role` (sidecar, router)."""
    component_level = annotations.get("sidecar.istio.io/componentLogLevel", settings.component_log_level)
    return [
        "proxy",
        role,
        "--domain",
        f"$(POD_NAMESPACE).svc.{settings.domain}",
        f"--proxyLogLevel={annotations.get('sidecar.istio.io/logLevel', settings.log_level)}",
        f"--proxyComponentLogLevel={component_level}",
        f"--log_output_level={annotations.get('sidecar.istio.io/agentLogLevel', 'default:info')}",
    ]


def environment(
    pod: Mapping[str, Any], namespace: str, owner: Owner, config: Mapping[str, Any], settings: InjectSettings
) -> list[Json]:
    """The environment, in Istio's order; `config` is the pod's own ProxyConfig."""
    apps = [container for container in pod["spec"].get("containers", ()) if container.get("name") != NAME]
    ports = [port for container in apps for port in container.get("ports", ())]
    labels = (pod.get("metadata") or {}).get("labels") or {}
    metadata = config.get("proxyMetadata") or {}
    return [
        _value("PILOT_CERT_PROVIDER", "istiod"),
        _value("CA_ADDR", settings.ca_address),
        _field("POD_NAME", "metadata.name"),
        _field("POD_NAMESPACE", "metadata.namespace"),
        _field("INSTANCE_IP", "status.podIP"),
        _field("SERVICE_ACCOUNT", "spec.serviceAccountName"),
        _field("HOST_IP", "status.hostIP"),
        {
            "name": "ISTIO_CPU_LIMIT",
            "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "1"}},
        },
        _value("PROXY_CONFIG", json.dumps(config, separators=(",", ":"))),
        _value("ISTIO_META_POD_PORTS", json.dumps(ports, separators=(",", ":"))),
        _value("ISTIO_META_APP_CONTAINERS", ",".join(container["name"] for container in apps)),
        _value("ISTIO_META_CLUSTER_ID", settings.cluster_id),
        _field("ISTIO_META_NODE_NAME", "spec.nodeName"),
        _value("ISTIO_META_INTERCEPTION_MODE", "REDIRECT"),
        _value("ISTIO_META_WORKLOAD_NAME", labels.get(WORKLOAD_NAME) or owner.name),
        _value("ISTIO_META_OWNER", owner.reference(namespace)),
        _value("ISTIO_META_MESH_ID", settings.mesh_id),
        _value("TRUST_DOMAIN", settings.trust_domain),
        *(_value(name, str(value)) for name, value in metadata.items()),
    ]


def _value(name: str, value: str) -> Json:
    return {"name": name, "value": value}


def _field(name: str, path: str) -> Json:
    return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}


def readiness_probe(annotations: Mapping[str, str], settings: InjectSettings) -> Json:
    """Ask Envoy's health listener; Istio's annotations change the timing, before what the installation says."""

    def said(name: str, default: int) -> int:
        return int(annotations.get(f"readiness.status.sidecar.istio.io/{name}", settings.readiness.get(name, default)))

    probe: Json = {
        "httpGet": {"path": "/healthz/ready", "port": 15021},
        "periodSeconds": said("periodSeconds", 15),
        "failureThreshold": said("failureThreshold", 4),
        "timeoutSeconds": 3,
    }
    if delay := said("initialDelaySeconds", 0):
        probe["initialDelaySeconds"] = delay
    return probe


def startup_probe() -> Json:
    """Hold the containers behind the proxy until it is ready, ten minutes at most."""
    return {
        "httpGet": {"path": "/healthz/ready", "port": 15021},
        "periodSeconds": 1,
        "failureThreshold": 600,
        "timeoutSeconds": 3,
    }


def resources(annotations: Mapping[str, str], settings: InjectSettings) -> Json:
    """Requests and limits: the annotations' alone where one is given, else the installation's, else Istio's."""
    prefix = "sidecar.istio.io/proxy"
    names = {
        "requests": {"cpu": "CPU", "memory": "Memory"},
        "limits": {"cpu": "CPULimit", "memory": "MemoryLimit"},
    }
    given = {
        side: {unit: annotations[prefix + name] for unit, name in units.items() if prefix + name in annotations}
        for side, units in names.items()
    }
    if any(given.values()):
        return {side: units for side, units in given.items() if units}
    if settings.resources:
        return dict(settings.resources)
    return {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"cpu": "2", "memory": "1Gi"}}


def lifecycle(settings: InjectSettings, hold: bool = False) -> Json:
    """What an agent in the pod does around the container's life: drain when the pod ends; `hold` what starts behind."""
    if settings.agent == "node":
        return {}
    waits = {"postStart": {"exec": {"command": ["lateen", "proxy", "wait"]}}} if hold else {}
    return {"lifecycle": {"preStop": {"exec": {"command": ["lateen", "proxy", "drain"]}}} | waits}


def proxy_container(
    image: str, role_arguments: list[str], env: list[Json], annotations: Mapping[str, str], settings: InjectSettings
) -> Json:
    """What the containers of sidecars and gateways share."""
    pulled = {"imagePullPolicy": settings.pull_policy} if settings.pull_policy else {}
    return pulled | {
        "name": NAME,
        "image": image,
        "args": role_arguments,
        "env": env,
        "ports": [{"name": "http-envoy-prom", "containerPort": 15090, "protocol": "TCP"}],
        "readinessProbe": readiness_probe(annotations, settings),
        "volumeMounts": [{"name": name, "mountPath": path} for name, path in MOUNTS.items()],
    }


def volumes() -> list[Json]:
    """The volumes behind MOUNTS, in the same order."""
    token = {"path": "istio-token", "audience": "istio-ca", "expirationSeconds": 43200}
    info = [{"path": part, "fieldRef": {"fieldPath": f"metadata.{part}"}} for part in ("labels", "annotations")]
    return [
        {"name": "workload-socket", "emptyDir": {}},
        {"name": "credential-socket", "emptyDir": {}},
        {"name": "workload-certs", "emptyDir": {}},
        {"name": "istiod-ca-cert", "configMap": {"name": "istio-ca-root-cert"}},
        {"name": "istio-data", "emptyDir": {}},
        {"name": "istio-envoy", "emptyDir": {"medium": "Memory"}},
        {"name": "istio-token", "projected": {"sources": [{"serviceAccountToken": token}]}},
        {"name": "istio-podinfo", "downwardAPI": {"items": info}},
    ]

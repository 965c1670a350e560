"""Fill in what Kubernetes fills in for each kind, when it is created and whenever it is written."""

import base64
from collections.abc import Callable, Mapping
from typing import Any

from lateen.apiserver.model_defaults import status_default, with_defaults
from lateen.apiserver.pod_defaults import default_pod_spec, qos_class
from lateen.apiserver.versions import has_status
from lateen.kinds.spec import KindSpec

Raw = dict[str, Any]


def fill_in(kind: KindSpec, raw: Raw) -> Raw:
    """Return an object with its kind's defaults; what is set stays. Filling in twice changes nothing more."""
    if kind.defaulted:
        return with_defaults(kind, raw)
    change = _DEFAULTS.get((kind.group, kind.kind))
    return change(raw) if change else raw


def first_status(kind: KindSpec, raw: Raw) -> Raw:
    """The status that a new object of the kind starts with, {} for none."""
    if kind.defaulted and has_status(kind):
        return status_default(kind)
    match kind.group, kind.kind:
        case "", "Pod":
            return {"phase": "Pending", "qosClass": qos_class(raw["spec"])}
        case "", "Namespace":
            return {"phase": "Active"}
        case "", "Service":
            return {"loadBalancer": {}}
        case "apps", "ReplicaSet":
            return {"replicas": 0}
        case "", "Node":  # a node registers itself with the status that it has
            return dict(raw.get("status") or {})
    return {}


def _pod(raw: Raw) -> Raw:
    return raw | {"spec": {"enableServiceLinks": True} | default_pod_spec(raw["spec"])}


def _template(spec: Raw) -> Raw:
    template = dict(spec.get("template") or {})
    return {"metadata": {}} | template | {"spec": default_pod_spec(template.get("spec") or {})}


def _deployment(raw: Raw) -> Raw:
    spec = {"replicas": 1, "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600} | raw["spec"]
    strategy = {"type": "RollingUpdate"} | (spec.get("strategy") or {})
    if strategy["type"] == "RollingUpdate":
        bounds = {"maxUnavailable": "25%", "maxSurge": "25%"} | (strategy.get("rollingUpdate") or {})
        strategy["rollingUpdate"] = bounds
    return raw | {"spec": spec | {"strategy": strategy, "template": _template(spec)}}


def _replica_set(raw: Raw) -> Raw:
    spec = {"replicas": 1} | raw["spec"]
    return raw | {"spec": spec | {"template": _template(spec)}}


def _service(raw: Raw) -> Raw:
    spec = {"type": "ClusterIP", "sessionAffinity": "None"} | (raw.get("spec") or {})
    if spec.get("ports"):
        spec["ports"] = [_service_port(port) for port in spec["ports"]]
    if spec["type"] != "ExternalName":
        spec = {"internalTrafficPolicy": "Cluster", "ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack"} | spec
    if spec["type"] in ("NodePort", "LoadBalancer"):
        spec = {"externalTrafficPolicy": "Cluster"} | spec
    if spec["type"] == "LoadBalancer":
        spec = {"allocateLoadBalancerNodePorts": True} | spec
    return raw | {"spec": spec}


def _service_port(port: Raw) -> Raw:
    return {"protocol": "TCP", "targetPort": port.get("port")} | port


def _secret(raw: Raw) -> Raw:
    plain = raw.get("stringData") or {}
    rest = {name: value for name, value in raw.items() if name != "stringData"}
    encoded = {name: base64.b64encode(str(text).encode()).decode() for name, text in plain.items()}
    data = (raw.get("data") or {}) | encoded
    return {"type": "Opaque"} | rest | ({"data": data} if data else {})


def _namespace(raw: Raw) -> Raw:
    meta = raw["metadata"]
    labels = (meta.get("labels") or {}) | ({"kubernetes.io/metadata.name": meta["name"]} if meta.get("name") else {})
    spec = {"finalizers": ["kubernetes"]} if "deletionTimestamp" not in meta else {}
    return raw | {"metadata": meta | {"labels": labels}, "spec": spec | (raw.get("spec") or {})}


def _binding(raw: Raw) -> Raw:
    group = "rbac.authorization.k8s.io"
    people = [
        subject if subject.get("kind") == "ServiceAccount" else {"apiGroup": group} | subject
        for subject in raw.get("subjects") or ()
    ]
    filled = raw | {"roleRef": {"apiGroup": group} | (raw.get("roleRef") or {})}
    return filled | ({"subjects": people} if people else {})


_DEFAULTS: Mapping[tuple[str, str], Callable[[Raw], Raw]] = {
    ("", "Pod"): _pod,
    ("", "Service"): _service,
    ("", "Secret"): _secret,
    ("", "Namespace"): _namespace,
    ("rbac.authorization.k8s.io", "RoleBinding"): _binding,
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): _binding,
    ("apps", "Deployment"): _deployment,
    ("apps", "ReplicaSet"): _replica_set,
}

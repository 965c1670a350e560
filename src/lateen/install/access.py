"""What the control plane may do in a cluster, and no more."""

from collections.abc import Iterator

from lateen.install.parts import Installation, Raw, made

_READ = ["get", "list", "watch"]
_WRITE = ["create", "patch", "update"]
_RBAC = "rbac.authorization.k8s.io"
_MESH = ["networking.istio.io", "security.istio.io", "telemetry.istio.io", "extensions.istio.io"]
_GATEWAY = ["gateway.networking.k8s.io", "gateway.networking.x-k8s.io"]


def _rule(groups: list[str], resources: list[str], verbs: list[str], names: list[str] | None = None) -> Raw:
    rule: Raw = {"apiGroups": groups, "resources": resources, "verbs": verbs}
    return rule | ({"resourceNames": names} if names else {})


def cluster_rules(installation: Installation) -> list[Raw]:
    """What is allowed everywhere: reading what a mesh is made of; statuses; what Gateways and pods need made."""
    hooks = [f"istio-sidecar-injector{installation.suffix}-{installation.namespace}",
             f"istio-validator{installation.suffix}-{installation.namespace}",
             *(f"istio-revision-tag-{tag}" for tag in installation.tags)]  # fmt: skip
    admission = "admissionregistration.k8s.io"
    plurals = ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"]
    core = ["configmaps", "endpoints", "namespaces", "nodes", "pods", "secrets", "serviceaccounts", "services"]
    return [
        _rule([""], core, _READ),
        _rule(["apps"], ["deployments", "replicasets"], _READ),
        _rule(["apiextensions.k8s.io"], ["customresourcedefinitions"], _READ),
        _rule(["discovery.k8s.io"], ["endpointslices"], _READ),
        _rule(["networking.k8s.io"], ["ingressclasses", "ingresses"], _READ),
        _rule([*_MESH, *_GATEWAY, "lateen.dev"], ["*"], _READ),
        _rule([*_MESH, *_GATEWAY], ["*/status"], _WRITE),
        _rule([""], ["configmaps"], _WRITE),
        _rule([""], ["serviceaccounts", "services"], _WRITE),
        _rule(["apps"], ["deployments"], _WRITE),
        _rule(["", "events.k8s.io"], ["events"], _WRITE),
        _rule(["authentication.k8s.io"], ["tokenreviews"], ["create"]),
        _rule(["authorization.k8s.io"], ["subjectaccessreviews"], ["create"]),
        _rule([admission], plurals, _READ),
        _rule([admission], plurals, ["patch"], hooks),
        *_signing(installation.signer),
    ]  # fmt: skip


def _signing(signer: str) -> list[Raw]:
    """What it takes to have another signer certify workloads."""
    group, plural = ["certificates.k8s.io"], "certificatesigningrequests"
    return [
        _rule(group, [plural], ["create", "delete", "get", "watch"]),
        _rule(group, [f"{plural}/approval"], ["update"]),
        _rule(group, ["signers"], ["approve"], [signer]),
    ] if signer else []  # fmt: skip


def namespace_rules() -> list[Raw]:
    """What is allowed in the installation's own namespace: the lease of the leader, and the authority's Secret."""
    return [
        _rule(["coordination.k8s.io"], ["leases"], ["create", "get", "list", "patch", "update", "watch"]),
        _rule([""], ["secrets"], ["create", *_READ, "update"]),
    ]


def access(installation: Installation) -> Iterator[Raw]:
    """Yield the control plane's account and what is bound to it."""
    name, namespace = installation.istiod, installation.namespace
    labels = installation.labels("Pilot", app="istiod")
    yield made("v1", "ServiceAccount", name, labels, namespace, **installation.secrets())
    subject = [{"kind": "ServiceAccount", "name": name, "namespace": namespace}]
    wide = f"istiod-clusterrole{installation.suffix}-{namespace}"
    yield made(f"{_RBAC}/v1", "ClusterRole", wide, labels, rules=cluster_rules(installation))
    yield _binding("ClusterRole", wide, labels, subject)
    yield made(f"{_RBAC}/v1", "Role", name, labels, namespace, rules=namespace_rules())
    yield _binding("Role", name, labels, subject, namespace)


def _binding(kind: str, name: str, labels: dict[str, str], subjects: list[Raw], namespace: str = "") -> Raw:
    reference = {"apiGroup": _RBAC, "kind": kind, "name": name}
    return made(f"{_RBAC}/v1", f"{kind}Binding", name, labels, namespace, roleRef=reference, subjects=subjects)

"""Mount the token of a pod's service account in its containers, as Kubernetes' ServiceAccount admission does."""

from typing import Any

from lateen.apiserver.metadata import generated_suffix

Raw = dict[str, Any]

ROOT_CERTIFICATE = "kube-root-ca.crt"
PLACE = "/var/run/secrets/kubernetes.io/serviceaccount"
_PREFIX = "kube-api-access-"
_SECONDS = 3607  # Kubernetes' own mark of a token that nobody asked for in particular


def mount_token(spec: Raw, account: Raw) -> Raw:
    """Return a pod's spec with the token in every container that has nothing in its place, unless it is declined.

    What the pod says counts more than what the account says. A second time it reaches containers that came since.
    """
    if not _wanted(spec, account):
        return spec
    volumes = spec.get("volumes") or []
    there = next((volume["name"] for volume in volumes if volume["name"].startswith(_PREFIX)), "")
    name = there or _PREFIX + generated_suffix()
    changed = {
        field: [_with_mount(container, name) for container in spec[field]]
        for field in ("initContainers", "containers")
        if any(_is_free(container) for container in spec.get(field) or ())
    }
    if not changed:
        return spec
    return spec | changed | {"volumes": volumes if there else [*volumes, _volume(name)]}


def _wanted(spec: Raw, account: Raw) -> bool:
    said = (owner.get("automountServiceAccountToken") for owner in (spec, account))
    return next((bool(value) for value in said if value is not None), True)


def _is_free(container: Raw) -> bool:
    return all(mount.get("mountPath") != PLACE for mount in container.get("volumeMounts") or ())


def _with_mount(container: Raw, name: str) -> Raw:
    if not _is_free(container):
        return container
    mount = {"name": name, "readOnly": True, "mountPath": PLACE}
    return container | {"volumeMounts": [*(container.get("volumeMounts") or ()), mount]}


def _volume(name: str) -> Raw:
    namespace = {"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}
    sources = [
        {"serviceAccountToken": {"expirationSeconds": _SECONDS, "path": "token"}},
        {"configMap": {"name": ROOT_CERTIFICATE, "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
        {"downwardAPI": {"items": [namespace]}},
    ]
    return {"name": name, "projected": {"defaultMode": 0o644, "sources": sources}}

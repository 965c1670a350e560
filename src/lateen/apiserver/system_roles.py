"""The roles and bindings that every API server begins with, read from roles.yaml."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

import yaml

from lateen.kinds.rbac.role import GROUP

Raw = dict[str, Any]

APPROVER = "lateen:approver"

# As Kubernetes marks its own: what is missing of them comes back at every start.
_LABELS = {"kubernetes.io/bootstrapping": "rbac-defaults"}
_AUTOUPDATE = "rbac.authorization.kubernetes.io/autoupdate"


def system_roles() -> Iterator[Raw]:
    """Yield every ClusterRole and ClusterRoleBinding."""
    written = yaml.safe_load(files("lateen.apiserver").joinpath("roles.yaml").read_text())
    for name, role in written["roles"].items():
        yield _object("ClusterRole", name, role.get("labels") or {}) | _contents(role)
    for name, binding in written["bindings"].items():
        yield _object("ClusterRoleBinding", name, {}) | {
            "roleRef": {"apiGroup": GROUP, "kind": "ClusterRole", "name": binding["role"]},
            "subjects": [{"apiGroup": GROUP, "kind": "Group", "name": group} for group in binding["groups"]],
        }


def approval(signer: str) -> Iterator[Raw]:
    """Yield the role, and its binding, of a control plane that approves requests for `signer`; nothing for none."""
    if signer:
        rule = {
            "apiGroups": ["certificates.k8s.io"],
            "resources": ["signers"],
            "resourceNames": [signer],
            "verbs": ["approve"],
        }
        yield _object("ClusterRole", APPROVER, {}) | {"rules": [rule]}
        yield _object("ClusterRoleBinding", APPROVER, {}) | {
            "roleRef": {"apiGroup": GROUP, "kind": "ClusterRole", "name": APPROVER},
            "subjects": [{"apiGroup": GROUP, "kind": "Group", "name": "lateen:control-plane"}],
        }


def _object(kind: str, name: str, labels: Mapping[str, str]) -> Raw:
    metadata = {"name": name, "labels": {**_LABELS, **labels}, "annotations": {_AUTOUPDATE: "true"}}
    return {"apiVersion": f"{GROUP}/v1", "kind": kind, "metadata": metadata}


def _contents(role: Mapping[str, Any]) -> Raw:
    if "aggregates" in role:
        return {"aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {role["aggregates"]: "true"}}]}}
    return {"rules": role["rules"]}


def restored(live: Raw, wanted: Raw) -> Raw:
    """What stands, with everything that is missing of what is wanted; what others added stays.

    An object whose autoupdate annotation says "false" stays as it is.
    """
    if (live["metadata"].get("annotations") or {}).get(_AUTOUPDATE) == "false":
        return live
    fields = {}
    for field in ("rules", "subjects"):
        had = live.get(field) or []
        fields[field] = [*had, *(item for item in wanted.get(field) or () if item not in had)]
    return live | {field: items for field, items in fields.items() if items}

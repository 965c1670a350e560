"""From a WorkloadGroup to one of its machines: the WorkloadEntry it is known by, and what its proxy must know.

https://istio.io/latest/docs/setup/install/virtual-machine/
"""

import json
from typing import Any

from lateen.kinds.networking.workload_group import WorkloadGroup
from lateen.kinds.object import Object

GROUP = "istio.io/autoRegistrationGroup"


def entry_name(group: str, address: str, network: str = "") -> str:
    """Name a group's machine as Istio does those that register themselves."""
    return "-".join(part for part in (group, address.replace(":", "-"), network) if part)


def entry_of(group: Object, name: str, address: str) -> dict[str, Any]:
    """Make the WorkloadEntry of a machine at `address`: the group's template, with the metadata that it gives."""
    kind: WorkloadGroup = group.model
    given, spec = kind.spec.metadata, dict(group.raw["spec"]["template"])
    labels = dict(given.labels) if given else {}
    annotations = dict(given.annotations) if given else {}
    spec["labels"] = {**labels, **spec.get("labels", {})}
    return {
        "apiVersion": group.raw["apiVersion"],
        "kind": "WorkloadEntry",
        "metadata": {
            "name": name,
            "namespace": group.namespace,
            "labels": labels,
            "annotations": {**annotations, GROUP: group.name},
        },
        "spec": {**spec, "address": address},
    }


def environment_of(group: Object, name: str, address: str) -> dict[str, str]:
    """What the proxy of a machine is told beside: the variables of `cluster.env`, by the names that Istio gives
    them."""
    entry = entry_of(group, name, address)
    labels = entry["spec"]["labels"]
    return {
        "POD_NAME": name,
        "POD_NAMESPACE": group.namespace,
        "INSTANCE_IP": address,
        "SERVICE_ACCOUNT": entry["spec"].get("serviceAccount", "") or "default",
        "ISTIO_META_WORKLOAD_NAME": group.name,
        "ISTIO_META_CLUSTER_ID": "Kubernetes",
        "ISTIO_META_NETWORK": entry["spec"].get("network", ""),
        "ISTIO_METAJSON_LABELS": json.dumps(labels, sort_keys=True),
        "ISTIO_INBOUND_PORTS": "*",
        "ISTIO_LOCAL_EXCLUDE_PORTS": "22,15090,15021,15020",
    }

"""ReplicaSet: as many pods of its template as it says."""

import asyncio
import copy
import secrets
from typing import Any

from lateen.base.refs import Key
from lateen.runtime.controllers.controller import Controller
from lateen.runtime.controllers.pods import active, ready, ready_since
from lateen.runtime.controllers.references import controller_key, owned_by
from lateen.runtime.mirror import Json, Mirror, key_of

# Kubernetes' alphabet for generated names: no vowels, nothing that looks like something else.
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"


async def reconcile(key: Key, mirror: Mirror) -> float | None:
    """Create what is missing, delete what is too much, write the status."""
    owner = mirror.get("ReplicaSet", key)
    if owner is None or "deletionTimestamp" in owner["metadata"]:
        return None
    pods = [pod for pod in mirror.owned("Pod", owner) if active(pod)]
    wanted = owner["spec"].get("replicas", 1)
    if len(pods) < wanted:
        made = [mirror.create("Pod", pod_of(owner)) for _ in range(wanted - len(pods))]
        for pod in await asyncio.gather(*made):
            mirror.tell(owner, "SuccessfulCreate", f"Created pod: {pod['metadata']['name']}", False)
            pods.append(pod)
    elif len(pods) > wanted:
        pods.sort(key=_worth)
        surplus, pods = pods[: len(pods) - wanted], pods[len(pods) - wanted :]
        await asyncio.gather(*(mirror.delete("Pod", key_of(pod)) for pod in surplus))
        for pod in surplus:
            mirror.tell(owner, "SuccessfulDelete", f"Deleted pod: {pod['metadata']['name']}", False)
    return await _write_status(owner, pods, mirror)


def pod_of(owner: Json) -> Json:
    """A new pod of the ReplicaSet's template, named <its name>-xxxxx."""
    template = copy.deepcopy(owner["spec"]["template"])
    prefix = owner["metadata"]["name"] + "-"
    metadata = {
        **(template.get("metadata") or {}),
        "name": prefix + "".join(secrets.choice(_ALPHABET) for _ in range(5)),
        "generateName": prefix,
        "namespace": owner["metadata"]["namespace"],
        "ownerReferences": [owned_by(owner, "apps/v1", "ReplicaSet")],
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}


def _worth(pod: Json) -> tuple[bool, bool, str]:
    """Sort key: the first are deleted first: not scheduled, not ready, then the younger ones."""
    created = pod["metadata"].get("creationTimestamp", "")
    return (bool(pod["spec"].get("nodeName")), ready(pod), "".join(chr(0x10FFFF - ord(c)) for c in created))


async def _write_status(owner: Json, pods: list[Json], mirror: Mirror) -> float | None:
    least = owner["spec"].get("minReadySeconds", 0)
    ages = [mirror.clock.now() - since for pod in pods if (since := ready_since(pod)) is not None]
    status: dict[str, Any] = {
        "replicas": len(pods),
        "fullyLabeledReplicas": len(pods),
        "readyReplicas": len(ages),
        "availableReplicas": sum(age >= least for age in ages),
        "observedGeneration": owner["metadata"].get("generation", 0),
    }
    if status != owner.get("status"):
        await mirror.update_status("ReplicaSet", {**owner, "status": status})
    young = [least - age for age in ages if age < least]
    return min(young) if young else None


REPLICA_SETS = Controller(
    "replicaset",
    {
        "ReplicaSet": lambda raw, mirror: [key_of(raw)],
        "Pod": lambda raw, mirror: controller_key(raw, "ReplicaSet"),
    },
    reconcile,
)

"""Deployment: a ReplicaSet for each version of its template, and the rolling update from one to the next."""

import asyncio
import copy
import hashlib
import json
from typing import Any

from lateen.base.clock import rfc3339
from lateen.base.refs import Key
from lateen.runtime.controllers.controller import Controller
from lateen.runtime.controllers.references import controller_key, owned_by
from lateen.runtime.controllers.rolling import Limits, Replicas, recreate, rolling
from lateen.runtime.mirror import Json, Mirror, key_of

HASH = "pod-template-hash"
REVISION = "deployment.kubernetes.io/revision"


async def reconcile(key: Key, mirror: Mirror) -> None:
    """Bring the ReplicaSets one step further, and write the status."""
    owner = mirror.get("Deployment", key)
    if owner is None or "deletionTimestamp" in owner["metadata"]:
        return
    sets = sorted(mirror.owned("ReplicaSet", owner), key=_revision)
    name = f"{key.name}-{template_hash(owner)}"
    new = next((item for item in sets if item["metadata"]["name"] == name), None)
    olds = [item for item in sets if item is not new]
    if new is None and not owner["spec"].get("paused"):
        new = await mirror.create("ReplicaSet", replica_set(owner, name, _next_revision(sets)))
    if new is not None:
        await _number(owner, new, olds, mirror)
        await _scale(owner, new, olds, mirror)
        await _forget(owner, olds, mirror)
    await _write_status(owner, new, mirror)


def template_hash(owner: Json) -> str:
    """Ten characters that change with the template."""
    canonical = json.dumps(owner["spec"]["template"], sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(canonical.encode(), digest_size=5).hexdigest()


def replica_set(owner: Json, name: str, revision: int) -> Json:
    """The ReplicaSet of the Deployment's present template, with no replicas yet."""
    label = {HASH: template_hash(owner)}
    template = copy.deepcopy(owner["spec"]["template"])
    metadata = template.setdefault("metadata", {})
    metadata["labels"] = {**(metadata.get("labels") or {}), **label}
    selector = copy.deepcopy(owner["spec"]["selector"])
    selector["matchLabels"] = {**(selector.get("matchLabels") or {}), **label}
    spec: Json = {"replicas": 0, "selector": selector, "template": template}
    if "minReadySeconds" in owner["spec"]:
        spec["minReadySeconds"] = owner["spec"]["minReadySeconds"]
    return {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": name,
            "namespace": owner["metadata"]["namespace"],
            "labels": dict(metadata["labels"]),
            "annotations": {REVISION: str(revision)},
            "ownerReferences": [owned_by(owner, "apps/v1", "Deployment")],
        },
        "spec": spec,
    }


def _revision(raw: Json) -> int:
    return int((raw["metadata"].get("annotations") or {}).get(REVISION, 0))


def _next_revision(sets: list[Json]) -> int:
    return max(map(_revision, sets), default=0) + 1


async def _number(owner: Json, new: Json, olds: list[Json], mirror: Mirror) -> None:
    """The newest revision number belongs to the present template, also when it is an old one come back."""
    number = max(_revision(new), _next_revision(olds))
    for kind, raw in (("ReplicaSet", new), ("Deployment", owner)):
        if _revision(raw) != number:
            await mirror.patch(kind, key_of(raw), {"metadata": {"annotations": {REVISION: str(number)}}})


async def _scale(owner: Json, new: Json, olds: list[Json], mirror: Mirror) -> None:
    strategy = owner["spec"].get("strategy") or {}
    rule = strategy.get("rollingUpdate") or {}
    desired = owner["spec"].get("replicas", 1)
    limits = Limits.of(desired, rule.get("maxSurge", "25%"), rule.get("maxUnavailable", "25%"))
    if strategy.get("type") == "Recreate":
        left = sum(len(mirror.owned("Pod", old)) for old in olds)
        wanted = recreate(limits, _replicas(new), [_replicas(old) for old in olds], left)
    else:
        wanted = rolling(limits, _replicas(new), [_replicas(old) for old in olds])
    changed = [item for item in (new, *olds) if item["spec"]["replicas"] != wanted[item["metadata"]["name"]]]
    await asyncio.gather(*(_set_replicas(owner, item, wanted[item["metadata"]["name"]], mirror) for item in changed))


async def _set_replicas(owner: Json, item: Json, wanted: int, mirror: Mirror) -> None:
    name, had = item["metadata"]["name"], item["spec"]["replicas"]
    await mirror.patch("ReplicaSet", key_of(item), {"spec": {"replicas": wanted}})
    way = "up" if wanted > had else "down"
    mirror.tell(owner, "ScalingReplicaSet", f"Scaled {way} replica set {name} from {had} to {wanted}", False)


def _replicas(raw: Json) -> Replicas:
    status = raw.get("status") or {}
    return Replicas(raw["metadata"]["name"], raw["spec"]["replicas"], status.get("availableReplicas", 0))


async def _forget(owner: Json, olds: list[Json], mirror: Mirror) -> None:
    """Delete the oldest empty ReplicaSets beyond revisionHistoryLimit (10)."""
    empty = [old for old in olds if not old["spec"]["replicas"] and not (old.get("status") or {}).get("replicas")]
    surplus = len(empty) - owner["spec"].get("revisionHistoryLimit", 10)
    for old in empty[: max(surplus, 0)]:
        await mirror.delete("ReplicaSet", key_of(old))


async def _write_status(owner: Json, new: Json | None, mirror: Mirror) -> None:
    sets = [item.get("status") or {} for item in mirror.owned("ReplicaSet", owner)]
    current = mirror.get("ReplicaSet", key_of(new)) if new else None
    updated = ((current or {}).get("status") or {}).get("replicas", 0)
    desired = owner["spec"].get("replicas", 1)
    counts = {name: sum(item.get(name, 0) for item in sets) for name in _COUNTS}
    status: Json = {"observedGeneration": owner["metadata"].get("generation", 0), **counts}
    status |= {
        "updatedReplicas": updated,
        "unavailableReplicas": max(desired - counts["availableReplicas"], 0),
    }
    done = updated == desired == counts["replicas"] == counts["availableReplicas"]
    status["conditions"] = _conditions(owner, counts["availableReplicas"] >= _least(owner), done, mirror.clock.now())
    if status != owner.get("status"):
        latest = mirror.get("Deployment", key_of(owner)) or owner
        await mirror.update_status("Deployment", {**latest, "status": status})


_COUNTS = ("replicas", "readyReplicas", "availableReplicas")


def _least(owner: Json) -> int:
    desired = int(owner["spec"].get("replicas", 1))
    rule = (owner["spec"].get("strategy") or {}).get("rollingUpdate") or {}
    limits = Limits.of(desired, rule.get("maxSurge", "25%"), rule.get("maxUnavailable", "25%"))
    return desired - limits.unavailable


def _conditions(owner: Json, available: bool, done: bool, seconds: float) -> list[Json]:
    old = {item["type"]: item for item in (owner.get("status") or {}).get("conditions") or ()}
    wanted: tuple[tuple[str, bool, str], ...] = (
        ("Available", available, "MinimumReplicasAvailable" if available else "MinimumReplicasUnavailable"),
        ("Progressing", True, "NewReplicaSetAvailable" if done else "ReplicaSetUpdated"),
    )
    conditions: list[dict[str, Any]] = []
    for name, true, reason in wanted:
        before = old.get(name, {})
        condition = {"type": name, "status": "True" if true else "False", "reason": reason}
        now = rfc3339(seconds)
        turned = before.get("status") != condition["status"]
        condition["lastTransitionTime"] = now if turned else before["lastTransitionTime"]
        condition["lastUpdateTime"] = now if before.get("reason") != reason else before["lastUpdateTime"]
        conditions.append(condition)
    return conditions


DEPLOYMENTS = Controller(
    "deployment",
    {
        "Deployment": lambda raw, mirror: [key_of(raw)],
        "ReplicaSet": lambda raw, mirror: controller_key(raw, "Deployment"),
        "Pod": lambda raw, mirror: _deployment_of_pod(raw, mirror),
    },
    reconcile,
)


def _deployment_of_pod(pod: Json, mirror: Mirror) -> list[Key]:
    """A pod that goes matters to a Recreate update."""
    sets = [mirror.get("ReplicaSet", key) for key in controller_key(pod, "ReplicaSet")]
    return [key for item in sets if item is not None for key in controller_key(item, "Deployment")]

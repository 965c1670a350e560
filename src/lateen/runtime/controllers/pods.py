"""What controllers ask of a pod: is it active, ready, available?"""

from calendar import timegm
from time import strptime
from typing import Any

Json = dict[str, Any]


def terminating(pod: Json) -> bool:
    """Whether its deletion has begun."""
    return "deletionTimestamp" in pod["metadata"]


def finished(pod: Json) -> bool:
    """Whether its containers have ended for good."""
    return (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")


def active(pod: Json) -> bool:
    """Whether it counts towards its ReplicaSet's replicas."""
    return not terminating(pod) and not finished(pod)


def ready_since(pod: Json) -> float | None:
    """When its Ready condition turned true, in seconds since the epoch; None while it is not ready."""
    for condition in (pod.get("status") or {}).get("conditions") or ():
        if condition["type"] == "Ready" and condition["status"] == "True":
            return float(timegm(strptime(condition["lastTransitionTime"], "%Y-%m-%dT%H:%M:%SZ")))
    return None


def ready(pod: Json) -> bool:
    """Whether its Ready condition is true."""
    return ready_since(pod) is not None

"""The subresource scale: how many replicas, without the rest of the object."""

from typing import Any

from lateen.apiserver.status import invalid

Raw = dict[str, Any]


def scale_of(raw: Raw) -> Raw:
    """The Scale of a Deployment or ReplicaSet."""
    meta = raw["metadata"]
    names = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {name: meta[name] for name in names if name in meta},
        "spec": {"replicas": raw["spec"].get("replicas", 1)},
        "status": {
            "replicas": (raw.get("status") or {}).get("replicas", 0),
            "selector": _selector(raw["spec"].get("selector") or {}),
        },
    }


def scaled(raw: Raw, scale: Raw) -> Raw:
    """Return the object at the replicas that a Scale asks for; Refusal 422 when it asks for none."""
    replicas = (scale.get("spec") or {}).get("replicas", 0)
    if not isinstance(replicas, int) or isinstance(replicas, bool) or replicas < 0:
        message = f"Invalid value: {replicas}: must be greater than or equal to 0"
        cause = {"reason": "FieldValueInvalid", "message": message, "field": "spec.replicas"}
        raise invalid("autoscaling", "Scale", raw["metadata"]["name"], [cause])
    version = (scale.get("metadata") or {}).get("resourceVersion")
    meta = raw["metadata"] | ({"resourceVersion": version} if version else {})
    return raw | {"metadata": meta, "spec": raw["spec"] | {"replicas": replicas}}


def _selector(selector: Raw) -> str:
    pairs = [f"{key}={value}" for key, value in (selector.get("matchLabels") or {}).items()]
    for condition in selector.get("matchExpressions") or ():
        key, values = condition["key"], ",".join(condition.get("values") or ())
        match condition["operator"]:
            case "Exists":
                pairs.append(key)
            case "DoesNotExist":
                pairs.append(f"!{key}")
            case operator:
                pairs.append(f"{key} {operator.lower()} ({values})")
    return ",".join(pairs)

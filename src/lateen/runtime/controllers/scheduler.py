"""Give every pod a node: the ready one with the fewest pods."""

from collections import Counter

from lateen.base.refs import Key
from lateen.runtime.controllers.controller import Controller
from lateen.runtime.controllers.pods import active, ready, terminating
from lateen.runtime.mirror import Json, Mirror, key_of

# Seconds until a pod for which there is no node yet is looked at again.
PATIENCE = 0.2


async def reconcile(key: Key, mirror: Mirror) -> float | None:
    """Bind the pod when it has no node."""
    pod = mirror.get("Pod", key)
    if pod is None or terminating(pod) or pod["spec"].get("nodeName"):
        return None
    nodes = [node["metadata"]["name"] for node in mirror.all("Node") if _takes(node)]
    if not nodes:
        return PATIENCE
    load = Counter(other["spec"].get("nodeName") for other in mirror.all("Pod") if active(other))
    node = min(nodes, key=lambda name: (load[name], name))
    await mirror.patch("Pod", key, {"spec": {"nodeName": node}})
    return None


def _takes(node: Json) -> bool:
    return ready(node) and not (node.get("spec") or {}).get("unschedulable")


SCHEDULER = Controller("scheduler", {"Pod": lambda raw, mirror: [key_of(raw)]}, reconcile)

"""Find the pod that a command names: `name`, `name.namespace`, `deploy/name`."""

from typing import Any

from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.cli.connection import find
from lateen.kinds.all import by_kind
from lateen.sources.client import Client


async def find_pod(client: Client, text: str, namespace: str) -> dict[str, Any]:
    """Return the pod that `text` names; of a workload, its first running pod. Raises LateenError."""
    kind, _, name = text.rpartition("/")
    if kind in ("", "pod", "pods", "po"):
        return await _pod(client, name, namespace)
    name, _, stated = name.partition(".")
    namespace = stated or namespace
    spec = {"deploy": "Deployment", "deployment": "Deployment", "deployments": "Deployment", "rs": "ReplicaSet",
            "replicaset": "ReplicaSet", "svc": "Service", "service": "Service"}.get(kind)  # fmt: skip
    if spec is None:
        raise LateenError(f"{text!r} does not name a pod", "a pod's name, name.namespace, deploy/NAME or svc/NAME")
    owner = await find(client, by_kind(spec), Key(namespace, name))
    if owner is None:
        raise LateenError(f"{kind} {name} not found in namespace {namespace}")
    selector = owner["spec"].get("selector") or {}
    labels = selector.get("matchLabels", selector) if spec != "Service" else selector
    query = ",".join(f"{k}={v}" for k, v in labels.items())
    # Without a selector nothing is selected; a list would give all pods.
    pods = (await client.list(by_kind("Pod"), namespace, label_selector=query)).items if query else []
    running = [pod for pod in pods if pod.get("status", {}).get("phase") == "Running"] or pods
    if not running:
        raise LateenError(f"{kind} {name} has no pods in namespace {namespace}")
    return running[0]


async def _pod(client: Client, text: str, namespace: str) -> dict[str, Any]:
    found = await find(client, by_kind("Pod"), Key(namespace, text))
    if found is None and "." in text:
        name, _, stated = text.rpartition(".")
        found = await find(client, by_kind("Pod"), Key(stated, name))
    if found is None:
        pods, _ = await client.list(by_kind("Pod"), namespace)
        names = ", ".join(pod["metadata"]["name"] for pod in pods) or "none"
        raise LateenError(f"pod {text!r} not found in namespace {namespace}", f"pods there: {names}")
    return found

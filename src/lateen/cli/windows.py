"""Look through the windows of control planes and proxies, wherever they run: on this machine, or in pods of a cluster.

In a cluster the windows open to who is in the pod, so a command is run there: that takes the right to `pods/exec`.
"""

from typing import Any

import msgspec

from lateen.app.settings import Settings
from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.cli.connection import ask, connected
from lateen.kinds.all import by_kind
from lateen.sources.client import Client
from lateen.sources.pod_exec import run_in_pod

Json = dict[str, Any]

_ISTIOD = "app=istiod"


async def ask_istiod(settings: Settings, path: str) -> Any:
    """Ask the control plane; of a cluster's replicas, the one that knows: proxies are each connected to one."""
    if settings.cluster is None:
        return await ask(settings.istiod_socket, path)
    answers = await _of_replicas(settings, path)
    known = [answer for answer in answers if not isinstance(answer, LateenError)]
    if not known:
        raise answers[0]
    return known[0]


async def ask_all(settings: Settings, path: str) -> list[Any]:
    """Ask every replica of the control plane for a list, and join what they say."""
    return [row for answer in await ask_each(settings, path) for row in answer]


async def ask_each(settings: Settings, path: str) -> list[Any]:
    """Return what each replica of the control plane says; raises LateenError where one has no answer."""
    if settings.cluster is None:
        return [await ask(settings.istiod_socket, path)]
    answers = await _of_replicas(settings, path)
    if wrong := next((answer for answer in answers if isinstance(answer, LateenError)), None):
        raise wrong
    return answers


async def ask_proxy(settings: Settings, client: Client, pod: Json, path: str) -> Json:
    """Ask a pod's Envoy for one of its administration pages, as JSON."""
    key = Key(pod["metadata"]["namespace"], pod["metadata"]["name"])
    if settings.cluster is None:
        found: Json = await client.request(
            "GET", f"/api/v1/namespaces/{key.namespace}/pods/{key.name}:15000/proxy{path}"
        )
        return found
    text = await run_in_pod(client, key, "istio-proxy", ("curl", "-sS", "--fail", f"http://127.0.0.1:15000{path}"))
    answer: Json = msgspec.json.decode(text)
    return answer


async def _of_replicas(settings: Settings, path: str) -> list[Any]:
    async with connected(settings) as client:
        pods = (await client.list(by_kind("Pod"), label_selector=_ISTIOD)).items
        running = [pod for pod in pods if pod.get("status", {}).get("phase") == "Running"]
        if not running:
            raise LateenError("there is no running control plane in the cluster", "install one: lateen install")
        return [await _of_replica(client, pod, path) for pod in running]


async def _of_replica(client: Client, pod: Json, path: str) -> Any:
    key = Key(pod["metadata"]["namespace"], pod["metadata"]["name"])
    text = await run_in_pod(client, key, "discovery", ("lateen", "internal", "window", path))
    answer = msgspec.json.decode(text)
    if isinstance(answer, dict) and "error" in answer:
        return LateenError(str(answer["error"]), str(answer.get("fix", "")))
    return answer

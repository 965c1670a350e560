"""Show how a starting mesh gets ready, one line per stage."""

import time
from typing import Any

import click

from lateen.app.settings import Settings
from lateen.base.errors import LateenError
from lateen.base.tasks import until, until_seen
from lateen.cli.apply import apply_all
from lateen.cli.connection import ask, connected
from lateen.kinds.all import by_kind
from lateen.kinds.object import Object
from lateen.runtime.ownership import owner_of
from lateen.sources.client import Client


async def show_progress(settings: Settings, objects: list[Object], seconds: float) -> None:
    """Wait until the node, then `objects`, then every Deployment is ready; raises LateenError saying what is not."""
    begun = time.monotonic()
    await _node_ready(settings, seconds)
    _say("API, control plane and network are up", begun)
    async with connected(settings) as client:
        if objects:
            lines = await apply_all(client, settings, objects, "default")
            _say(f"{len(lines)} objects applied", begun)
        await _workloads_ready(client, seconds, begun)


async def _node_ready(settings: Settings, seconds: float) -> None:
    answer: dict[str, Any] = {}
    deadline = time.monotonic() + seconds
    was_running = False
    while not answer.get("ready"):
        running = bool(owner_of(settings.run))
        if (was_running and not running) or time.monotonic() > deadline or answer.get("error"):
            raise LateenError(answer.get("error") or "the mesh did not come up", f"see {settings.logs / 'node.log'}")
        was_running = running
        try:
            await until(settings.node_socket.exists, seconds=0.5, what="the node process")
            answer = await ask(settings.node_socket, "/status?wait=1")
        except (TimeoutError, LateenError):
            answer = {}


async def _workloads_ready(client: Client, seconds: float, begun: float) -> None:
    waiting: list[str] = []

    async def all_ready() -> bool:
        deployments = (await client.list(by_kind("Deployment"))).items
        waiting[:] = [each["metadata"]["name"] for each in deployments if not _is_ready(each)]
        return not waiting

    try:
        await until_seen(all_ready, seconds=seconds, what="the workloads")
    except TimeoutError:
        reasons = await _reasons(client)
        raise LateenError(
            f"not ready after {seconds:g} s: {', '.join(waiting)}{reasons}", "lateen status; lateen logs deploy/NAME"
        ) from None
    _say("all workloads are ready", begun)


async def _reasons(client: Client) -> str:
    """What the pods' containers wait for, a line each."""
    return "".join(
        f"\n  pod {pod['metadata']['name']}, {each['name']}: {waiting['message']}"
        for pod in (await client.list(by_kind("Pod"))).items
        for part in ("initContainerStatuses", "containerStatuses")
        for each in pod.get("status", {}).get(part, ())
        if (waiting := each.get("state", {}).get("waiting")) and waiting.get("message")
    )


def _is_ready(deployment: dict[str, Any]) -> bool:
    status = deployment.get("status", {})
    current = status.get("observedGeneration") == deployment["metadata"].get("generation")
    return bool(current) and status.get("readyReplicas", 0) >= deployment["spec"].get("replicas", 1)


def _say(what: str, begun: float) -> None:
    click.secho("   ✓ ", fg="green", nl=False)
    click.echo(f"{what} ({time.monotonic() - begun:.1f} s)")

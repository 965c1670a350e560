"""`lateen status`."""

import json
from typing import Any

import click

from lateen.base.errors import LateenError
from lateen.cli.connection import ask, asynchronous, connected, settings_of
from lateen.cli.tables import print_table
from lateen.kinds.all import by_kind


@click.command()
@click.option("-o", "--output", type=click.Choice(["table", "json"]), default="table")
@click.pass_context
@asynchronous
async def command(ctx: click.Context, output: str) -> None:
    """Show the mesh: its processes, its outbound traffic policy, what was refused, and its pods."""
    settings = settings_of(ctx)
    if settings.cluster is not None:
        fix = "of a cluster's mesh: lateen verify-install, lateen proxy-status, lateen analyze"
        raise LateenError(f"no mesh named {settings.mesh!r} is running here", fix)
    async with connected(settings) as client:
        found = {
            **await ask(settings.node_socket, "/status"),
            **await ask(settings.istiod_socket, "/debug/configz"),
        }
        pods = (await client.list(by_kind("Pod"))).items
    if output == "json":
        click.echo(json.dumps(found, indent=2))
        return
    click.echo(
        f"Mesh {found['mesh']}: " + ", ".join(f"{name} (process {pid})" for name, pid in found["processes"].items())
    )
    click.echo(f"Outbound traffic policy: {_outbound_policy(found['mesh_settings'])}")
    for refused in found["rejections"]:
        click.echo(f"Refused: {refused['kind']} {refused['name']}: {'; '.join(refused['faults'])}")
    for error in found["errors"]:
        click.echo(f"Failing: {error['collection']} {error['key']}: {error['error']}")
    print_table(("NAMESPACE", "POD", "READY", "STATUS", "IP"), (_row(pod) for pod in pods))


def _outbound_policy(mesh: dict[str, Any]) -> str:
    if mesh.get("allow_any", True):
        return "ALLOW_ANY (calls to unknown hosts pass)"
    return "REGISTRY_ONLY (calls to unknown hosts are blocked)"


def _row(pod: dict[str, Any]) -> tuple[object, ...]:
    status = pod.get("status", {})
    states = status.get("containerStatuses", []) + [
        each for each in status.get("initContainerStatuses", []) if each["name"] == "istio-proxy"
    ]
    ready = sum(bool(each.get("ready")) for each in states)
    waiting = [each["state"]["waiting"]["reason"] for each in states if each.get("state", {}).get("waiting")]
    meta = pod["metadata"]
    phase = (
        "Terminating" if meta.get("deletionTimestamp") else (waiting[0] if waiting else status.get("phase", "Pending"))
    )
    return meta["namespace"], meta["name"], f"{ready}/{len(states)}", phase, status.get("podIP", "-")

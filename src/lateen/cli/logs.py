"""`lateen logs`."""

import sys

import click

from lateen.base.errors import LateenError
from lateen.cli.connection import asynchronous, connected, settings_of
from lateen.cli.pods import find_pod


@click.command()
@click.argument("pod")
@click.option("-c", "--container", default="", help="Default: the pod's first application container.")
@click.option("-n", "--namespace", default="default", show_default=True)
@click.option("-f", "--follow", is_flag=True)
@click.option("-p", "--previous", is_flag=True, help="Of the run before the last restart.")
@click.option("--tail", type=int, default=-1, help="The last N lines.")
@click.pass_context
@asynchronous
async def command(
    ctx: click.Context, pod: str, container: str, namespace: str, follow: bool, previous: bool, tail: int
) -> None:
    """Print a container's log; POD is a pod's name, or deploy/NAME."""
    async with connected(settings_of(ctx)) as client:
        found = await find_pod(client, pod, namespace)
        names = [each["name"] for each in found["spec"]["containers"] + found["spec"].get("initContainers", [])]
        container = container or names[0]
        if container not in names:
            raise LateenError(f"pod {pod} has no container {container!r}", "one of: " + ", ".join(names))
        query = {"container": container, "follow": str(follow).lower(), "previous": str(previous).lower()}
        if tail >= 0:
            query["tailLines"] = str(tail)
        path = f"/api/v1/namespaces/{found['metadata']['namespace']}/pods/{found['metadata']['name']}/log"
        async for chunk in client.stream(path, query):
            sys.stdout.buffer.write(chunk)
            sys.stdout.flush()

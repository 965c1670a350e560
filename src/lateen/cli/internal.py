"""`lateen internal`: the mesh's own processes, and what tests and stories ask of a running mesh."""

import asyncio
from pathlib import Path

import click

from lateen.cli.connection import ask, asynchronous, settings_of


@click.group(hidden=True)
def command() -> None:
    """What `lateen up` starts; not for people."""


@command.command()
@click.argument("published", nargs=-1)
@click.pass_context
def node(ctx: click.Context, published: tuple[str, ...]) -> None:
    """Run the node of the local mesh: everything else is its child. PUBLISHED: HOSTPORT:PORT."""
    from lateen.runtime.node_process import run_node

    pairs = [each.split(":") for each in published]
    run_node(settings_of(ctx), [(int(host), int(port)) for host, port in pairs])


@command.command()
@click.option("--fd", "fds", type=int, multiple=True, required=True, help="Listening sockets, inherited.")
@click.pass_context
def apiserver(ctx: click.Context, fds: tuple[int, ...]) -> None:
    """Run the embedded API server."""
    from lateen.runtime.api_process import run_api

    asyncio.run(run_api(settings_of(ctx), fds))


@command.command()
@click.pass_context
def istiod(ctx: click.Context) -> None:
    """Run the control plane."""
    from lateen.app.istiod_process import run_istiod

    asyncio.run(run_istiod(settings_of(ctx)))


@command.command()
@click.argument("folder", type=click.Path(path_type=Path))
def standalone(folder: Path) -> None:
    """Run the proxy of a machine that is no pod."""
    from lateen.runtime.standalone import run_standalone

    raise SystemExit(asyncio.run(run_standalone(folder)))


@command.command()
@click.argument("path")
def window(path: str) -> None:
    """Print what the control plane in this pod answers at PATH."""
    import urllib.error
    import urllib.request

    try:
        with urllib.request.urlopen(f"http://127.0.0.1:15014{path}", timeout=30) as answer:
            click.echo(answer.read().decode(), nl=False)
    except urllib.error.HTTPError as refused:
        click.echo(refused.read().decode(), nl=False)


@command.command()
@click.argument("name")
@click.argument("ip")
@click.pass_context
@asynchronous
async def add_host(ctx: click.Context, name: str, ip: str) -> None:
    """Make a host outside the mesh: a network namespace lateen-<mesh>-<name> with the address IP."""
    await ask(settings_of(ctx).node_socket, f"/hosts?name={name}&ip={ip}", method="POST")


@command.command()
@click.pass_context
@asynchronous
async def rotate(ctx: click.Context) -> None:
    """Have every workload's certificate renewed now."""
    await ask(settings_of(ctx).node_socket, "/rotate", method="POST")

"""`lateen up`."""

import asyncio
import signal
import subprocess
import sys

import click

from lateen.app.settings import Settings, child_environment
from lateen.base.errors import LateenError
from lateen.base.tasks import until
from lateen.cli.connection import asynchronous, settings_of
from lateen.cli.down import bring_down
from lateen.cli.object_files import read_objects
from lateen.cli.progress import show_progress
from lateen.runtime.ownership import owner_of
from lateen.runtime.preflight import require

PUBLISHED = ("8080:8080", "8443:8443")


@click.command()
@click.option("-f", "--filename", "names", multiple=True, help="Objects to start with: a file, a folder, or -.")
@click.option("-d", "--detach", is_flag=True, help="Return when everything is ready; the mesh runs on.")
@click.option("--publish", multiple=True, metavar="HOSTPORT:PORT",
              help="A port of the ingress gateway on 127.0.0.1 (default 8080:8080 and 8443:8443).")  # fmt: skip
@click.option("--timeout", default=120.0, show_default=True, help="Seconds to wait until everything is ready.")
@click.pass_context
@asynchronous
async def command(
    ctx: click.Context, names: tuple[str, ...], detach: bool, publish: tuple[str, ...], timeout: float
) -> None:
    """Start a mesh on this machine: embedded API, control plane, ingress gateway, and your workloads.

    The namespace `default` is labelled istio-injection=enabled.
    """
    settings = settings_of(ctx)
    objects = read_objects(names) if names else []
    start(settings, publish)
    try:
        await show_progress(settings, objects, timeout)
    except BaseException:
        if not detach:
            await bring_down(settings)
        raise
    if not detach:
        click.echo("The mesh is running; Ctrl-C stops it.")
        await until_interrupted(settings)
        await bring_down(settings)


def start(settings: Settings, publish: tuple[str, ...] = ()) -> None:
    """Check the machine, then start the node process, which runs everything else."""
    if pid := owner_of(settings.run):
        raise LateenError(
            f"a mesh named {settings.mesh!r} is already running (process {pid})",
            "use it (lateen status), stop it (lateen down), or start another: lateen --mesh NAME up",
        )
    published = parse_publish(publish)
    require(settings.state, settings.run, [host for host, _ in published])
    settings.logs.mkdir(parents=True, exist_ok=True)
    with (settings.logs / "node.log").open("ab") as log:
        subprocess.Popen(
            [sys.executable, "-m", "lateen", "--mesh", settings.mesh, "internal", "node",
             *(f"{host}:{port}" for host, port in published)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, env=child_environment(), cwd="/",
        )  # fmt: skip


def parse_publish(publish: tuple[str, ...]) -> list[tuple[int, int]]:
    """Read HOSTPORT:PORT pairs; none given means the usual ones."""
    try:
        pairs = [each.split(":") for each in publish or PUBLISHED]
        return [(int(host), int(port)) for host, port in pairs]
    except ValueError:
        raise LateenError(
            f"--publish {' '.join(publish)}: not HOSTPORT:PORT", "for example --publish 8080:8080"
        ) from None


async def until_interrupted(settings: Settings) -> None:
    """Wait for Ctrl-C; raises LateenError when the mesh ends by itself."""
    interrupted = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, interrupted.set)
    while not interrupted.is_set() and owner_of(settings.run):
        try:
            await until(interrupted.is_set, seconds=1.0, what="Ctrl-C")
        except TimeoutError:
            continue
    if not interrupted.is_set():
        raise LateenError("the mesh has ended by itself", f"see {settings.logs / 'node.log'}")

"""`lateen down`."""

import asyncio
import os
import signal
from contextlib import suppress

import click

from lateen.app.settings import Settings
from lateen.base.errors import LateenError
from lateen.base.tasks import until
from lateen.cli.connection import ask, asynchronous, settings_of
from lateen.runtime.leftovers import clean
from lateen.runtime.ownership import owner_of


@click.command()
@click.option("--wipe", is_flag=True, help="Forget the mesh's objects, keys and logs too.")
@click.pass_context
@asynchronous
async def command(ctx: click.Context, wipe: bool) -> None:
    """Stop the mesh and remove the namespaces, rules and processes it made. Its objects stay, unless --wipe."""
    settings = settings_of(ctx)
    was_running = bool(owner_of(settings.run))
    await bring_down(settings)
    if wipe:
        import shutil

        shutil.rmtree(settings.state, ignore_errors=True)
    click.echo("The mesh is stopped." if was_running else "No mesh was running; nothing of one is left.")


async def bring_down(settings: Settings, seconds: float = 40.0) -> None:
    """Stop the node process if it runs, and clean up what it left if it did not end in order."""
    if owner_of(settings.run):
        try:
            await ask(settings.node_socket, "/stop", method="POST", seconds=seconds)
            await until(lambda: not owner_of(settings.run), seconds=seconds, what="the mesh to stop", every=0.05)
        except (LateenError, TimeoutError) as error:
            click.echo(f"warning: {error}; cleaning up", err=True)
            await _kill_owner(settings)
    await asyncio.to_thread(clean, settings.journal)


async def _kill_owner(settings: Settings) -> None:
    """End a node process that does not end in order: while it lives it starts its children again."""
    if pid := owner_of(settings.run):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        await until(lambda: not owner_of(settings.run), seconds=5, what="the node process to end", every=0.05)

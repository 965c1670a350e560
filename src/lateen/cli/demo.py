"""`lateen demo`."""

import importlib

import click

from lateen.cli.connection import asynchronous, settings_of

STORIES = {"bookinfo": "lateen.cli.bookinfo"}


@click.command()
@click.argument("story", type=click.Choice(sorted(STORIES)))
@click.option("--once", is_flag=True, help="Stop the mesh at the end of the story, and exit.")
@click.option("--publish", multiple=True, metavar="HOSTPORT:PORT", help="As lateen up has it.")
@click.pass_context
@asynchronous
async def command(ctx: click.Context, story: str, once: bool, publish: tuple[str, ...]) -> None:
    """Tell a story with a real mesh; exits non-zero at the first observation that does not hold.

    bookinfo: the Bookinfo application with its ratings in a MySQL database outside the mesh.
    """
    await importlib.import_module(STORIES[story]).tell(settings_of(ctx), once=once, publish=publish)

"""`lateen delete`."""

import click

from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.cli.connection import asynchronous, connected, settings_of
from lateen.cli.get import kind_named
from lateen.cli.object_files import read_objects, shown
from lateen.kinds.spec import KindSpec
from lateen.sources.client import ApiError, Client


@click.command()
@click.argument("kind", required=False)
@click.argument("objects", nargs=-1, metavar="[NAME]...")
@click.option(
    "-f", "--filename", "names", multiple=True, help="Delete the objects of a file, a folder, or - for stdin."
)
@click.option("-n", "--namespace", default="default", show_default=True)
@click.option("--ignore-not-found", is_flag=True, help="What is already gone is no error.")
@click.pass_context
@asynchronous
async def command(
    ctx: click.Context, kind: str | None, objects: tuple[str, ...], names: tuple[str, ...], namespace: str,
    ignore_not_found: bool,
) -> None:  # fmt: skip
    """Delete objects, by file or by kind and name; routes before the subsets they name."""
    wanted: list[tuple[KindSpec, Key, str]] = []
    if names:
        found = reversed(read_objects(names))
        wanted = [
            (
                each.spec,
                Key(each.namespace or namespace if each.spec.namespaced else "", each.name),
                shown(each),
            )
            for each in found
        ]
    elif kind and objects:
        spec = kind_named(kind)
        group = f".{spec.group}" if spec.group else ""
        wanted = [
            (spec, Key(namespace if spec.namespaced else "", name), f"{spec.singular}{group}/{name}")
            for name in objects
        ]
    else:
        raise LateenError("nothing to delete was named", "lateen delete -f FILE, or lateen delete KIND NAME")
    failed = False
    async with connected(settings_of(ctx)) as client:
        for spec, key, label in wanted:
            failed |= not await _delete(client, spec, key, label, ignore_not_found)
    if failed:
        ctx.exit(1)


async def _delete(client: Client, spec: KindSpec, key: Key, label: str, ignore: bool) -> bool:
    try:
        await client.delete(spec, key)
    except ApiError as error:
        if error.code != 404:
            raise
        if not ignore:
            click.echo(f"{label} not found", err=True)
        return ignore
    click.echo(f"{label} deleted")
    return True

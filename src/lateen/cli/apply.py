"""`lateen apply -f`."""

from collections.abc import Callable, Iterable

import click

from lateen.app.settings import Settings
from lateen.cli.connection import ask, asynchronous, connected, find, settings_of
from lateen.cli.object_files import read_objects, shown
from lateen.kinds.object import Object
from lateen.sources.client import Client


@click.command()
@click.option("-f", "--filename", "names", multiple=True, required=True, help="A file, a folder, or - for stdin.")
@click.option("-n", "--namespace", default="default", show_default=True, help="For objects that name none.")
@click.pass_context
@asynchronous
async def command(ctx: click.Context, names: tuple[str, ...], namespace: str) -> None:
    """Create or change objects. All files are checked first: one fault, and nothing changes.

    Objects are put in the order that breaks nothing: routes wait until the subsets they name have reached the
    proxies.
    """
    settings = settings_of(ctx)
    objects = read_objects(names)
    for warning in (warning for found in objects for warning in found.warnings):
        click.echo(f"warning: {warning}", err=True)
    async with connected(settings) as client:
        await apply_all(client, settings, objects, namespace, tell=click.echo)


async def apply_all(
    client: Client,
    settings: Settings,
    objects: Iterable[Object],
    namespace: str,
    tell: Callable[[str], object] = str,
) -> list[str]:
    """Apply `objects` in their order; tells and returns kubectl's lines (`service/reviews created`)."""
    lines: list[str] = []
    before = version = ""
    for found in objects:
        if before == "DestinationRule" != found.kind:
            await ask(settings.istiod_socket, f"/debug/caught-up?kind={before}&version={version}")
        version, what = await _apply_one(client, found, namespace)
        lines.append(f"{shown(found)} {what}")
        tell(lines[-1])
        before = found.kind
    return lines


async def _apply_one(client: Client, found: Object, namespace: str) -> tuple[str, str]:
    """Apply one object; returns its resource version and created, configured or unchanged."""
    raw = found.raw
    if found.spec.namespaced and not found.namespace:
        raw = {**raw, "metadata": {**raw["metadata"], "namespace": namespace}}
    key = found.key._replace(namespace=raw["metadata"].get("namespace", ""))
    before = await find(client, found.spec, key)
    after, created = await client.apply(found.spec, raw, "lateen", force=True)
    version = str(after["metadata"]["resourceVersion"])
    if created or before is None:
        return version, "created"
    return version, "unchanged" if before["metadata"]["resourceVersion"] == version else "configured"

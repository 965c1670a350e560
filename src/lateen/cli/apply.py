"""`lateen apply -f`."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import click

from lateen.analysis.analysis import analyze
from lateen.analysis.report import as_log
from lateen.analysis.snapshot import Snapshot
from lateen.analysis.suppression import told
from lateen.app.settings import Settings
from lateen.cli.analyze import live_resources, mesh_config
from lateen.cli.connection import asynchronous, connected, find, settings_of
from lateen.cli.object_files import read_objects, shown
from lateen.cli.replacement import replaced
from lateen.cli.windows import ask_istiod
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
        lines = await apply_all(
            client, settings, objects, namespace, tell=click.echo, warn=partial(click.echo, err=True)
        )
        await _analyze(client, [_placed(found, namespace) for found in objects] if lines else ())


async def _analyze(client: Client, applied: Iterable[dict[str, Any]]) -> None:
    """Tell on standard error what is wrong with the objects that were applied, among all that there are."""
    named = {(raw["kind"], raw["metadata"].get("namespace", ""), raw["metadata"].get("name")) for raw in applied}
    live = await live_resources(client)
    for finding in told(analyze(Snapshot(live, mesh_config(live))), ()):
        resource = finding.resource
        if finding.at_least("Warning") and (resource.raw["kind"], *resource.key) in named:
            click.echo(as_log([finding]), err=True)


async def apply_all(
    client: Client,
    settings: Settings,
    objects: Iterable[Object],
    namespace: str,
    *,
    tell: Callable[[str], object] = str,
    warn: Callable[[str], object] = str,
) -> list[str]:
    """Apply `objects` in their order; tells and returns kubectl's lines (`service/reviews created`). `warn` is told
    what an object of the same name took away."""
    lines: list[str] = []
    before = version = ""
    for found in objects:
        if before == "DestinationRule" != found.kind:
            await ask_istiod(settings, f"/debug/caught-up?kind={before}&version={version}")
        version, what, taken = await _apply_one(client, found, namespace)
        lines.append(f"{shown(found)} {what}")
        tell(lines[-1])
        for line in taken:
            warn(line)
        before = found.kind
    return lines


async def _apply_one(client: Client, found: Object, namespace: str) -> tuple[str, str, list[str]]:
    """Apply one object; returns its resource version, created, configured or unchanged, and lines of what it lost."""
    raw = _placed(found, namespace)
    key = found.key._replace(namespace=raw["metadata"].get("namespace", ""))
    before = await find(client, found.spec, key)
    after, created = await client.apply(found.spec, raw, "lateen", force=True)
    version = str(after["metadata"]["resourceVersion"])
    if created or before is None:
        return version, "created", []
    if before["metadata"]["resourceVersion"] == version:
        return version, "unchanged", []
    return version, "configured", replaced(found.kind, before, after)


def _placed(found: Object, namespace: str) -> dict[str, Any]:
    """The object, in `namespace` where it names none and its kind has one."""
    if not found.spec.namespaced or found.namespace:
        return found.raw
    return {**found.raw, "metadata": {**found.raw["metadata"], "namespace": namespace}}

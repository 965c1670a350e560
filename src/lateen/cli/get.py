"""`lateen get`."""

import json
from typing import Any

import click

from lateen.base.clock import SystemClock
from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.cli.connection import asynchronous, connected, find, settings_of
from lateen.cli.tables import print_table
from lateen.kinds.all import KINDS, named
from lateen.kinds.spec import KindSpec
from lateen.sources.client import Client


@click.command()
@click.argument("kind")
@click.argument("name", required=False, default="")
@click.option("-n", "--namespace", default="default", show_default=True)
@click.option("-A", "--all-namespaces", "everywhere", is_flag=True)
@click.option("-l", "--selector", default="", help="Label selector, as app=reviews.")
@click.option("-o", "--output", type=click.Choice(["", "yaml", "json", "name", "wide"]), default="")
@click.pass_context
@asynchronous
async def command(
    ctx: click.Context, kind: str, name: str, namespace: str, everywhere: bool, selector: str, output: str
) -> None:  # fmt: skip
    """List the objects of a kind, or print one."""
    spec = kind_named(kind)
    async with connected(settings_of(ctx)) as client:
        items = await _find(client, spec, name, "" if everywhere or not spec.namespaced else namespace, selector)
    if output in ("yaml", "json"):
        value = items[0] if name else {"apiVersion": "v1", "kind": "List", "items": items}
        click.echo(_dump(value, output), nl=output == "json")
    elif output == "name":
        for item in items:
            click.echo(f"{spec.singular}{'.' + spec.group if spec.group else ''}/{item['metadata']['name']}")
    elif not items:
        click.echo(
            f"No resources found{'' if everywhere or not spec.namespaced else f' in {namespace} namespace'}.",
            err=True,
        )
    else:
        _table(spec, items, everywhere, wide=output == "wide")


def kind_named(text: str) -> KindSpec:
    """Find a kind by any of its names; the error lists what there is."""
    spec = named(text)
    if spec is None:
        raise LateenError(f"no kind is named {text!r}", "one of: " + ", ".join(sorted(kind.plural for kind in KINDS)))
    return spec


async def _find(client: Client, spec: KindSpec, name: str, namespace: str, selector: str) -> list[dict[str, Any]]:
    if not name:
        return (await client.list(spec, namespace, label_selector=selector)).items
    found = await find(client, spec, Key(namespace, name))
    if found is None:
        raise LateenError(f'{spec.plural} "{name}" not found')
    return [found]


def _dump(value: Any, output: str) -> str:
    if output == "json":
        return json.dumps(value, indent=4)
    import yaml

    return str(yaml.safe_dump(value, sort_keys=False))


def _table(spec: KindSpec, items: list[dict[str, Any]], everywhere: bool, *, wide: bool) -> None:
    columns = [column for column in spec.columns if wide or not column.wide]
    namespaced, now = everywhere and spec.namespaced, SystemClock().now()
    header = [
        *(["NAMESPACE"] if namespaced else []),
        "NAME",
        *(column.name.upper() for column in columns),
    ]
    rows = [
        [
            *([item["metadata"].get("namespace", "")] if namespaced else []),
            item["metadata"]["name"],
            *(column.text(item, now) for column in columns),
        ]
        for item in items
    ]
    print_table(header, rows)

"""`lateen proxy-config`: what a proxy really holds, read from the proxy itself."""

import json
from typing import Any

import click

from lateen.cli.config_dump import ConfigDump
from lateen.cli.connection import asynchronous, connected, settings_of
from lateen.cli.pods import find_pod
from lateen.cli.tables import print_table
from lateen.cli.windows import ask_proxy

# what → (header, how its rows are found). `bootstrap` is JSON only.
VIEWS = {
    "cluster": (
        ("SERVICE FQDN", "PORT", "SUBSET", "DIRECTION", "TYPE", "DESTINATION RULE"),
        ConfigDump.clusters,
    ),
    "listener": (("ADDRESSES", "PORT", "MATCH", "DESTINATION"), ConfigDump.listeners),
    "route": (("NAME", "VHOST NAME", "DOMAINS", "MATCH", "VIRTUAL SERVICE"), ConfigDump.routes),
    "endpoint": (("ENDPOINT", "STATUS", "OUTLIER CHECK", "CLUSTER"), ConfigDump.endpoints),
    "secret": (("RESOURCE NAME", "TYPE", "STATUS", "VALID CERT", "NOT AFTER"), ConfigDump.secrets),
}
# Other spellings of each view.
NAMES = {
    "clusters": "cluster", "c": "cluster", "listeners": "listener", "l": "listener", "routes": "route",
    "r": "route", "endpoints": "endpoint", "ep": "endpoint", "secrets": "secret", "s": "secret",
    "b": "bootstrap", "a": "all",
}  # fmt: skip


@click.command()
@click.argument("what", metavar="[cluster|listener|route|endpoint|secret|bootstrap|all]")
@click.argument("pod")
@click.option("-n", "--namespace", default="default", show_default=True)
@click.option("-o", "--output", type=click.Choice(["short", "json", "yaml"]), default="short")
@click.option("--fqdn", default="", help="cluster: only services whose name contains this.")
@click.option("--port", type=int, default=0, help="Only this port.")
@click.option("--subset", default="", help="cluster: only this subset.")
@click.option(
    "--direction",
    type=click.Choice(["", "inbound", "outbound"]),
    default="",
    help="cluster: only this direction.",
)
@click.option("--name", default="", help="route: only the table of this name.")
@click.option("--cluster", default="", help="endpoint: only those of this cluster.")
@click.pass_context
@asynchronous
async def command(ctx: click.Context, /, what: str, pod: str, namespace: str, output: str, **filters: Any) -> None:
    """Show what a proxy was told. POD is a pod's name, name.namespace or deploy/NAME."""
    what = NAMES.get(what, what)
    if what not in (*VIEWS, "bootstrap", "all"):
        raise click.UsageError(f"no such view: {what} (one of {', '.join((*VIEWS, 'bootstrap', 'all'))})")
    settings = settings_of(ctx)
    async with connected(settings) as client:
        found = await find_pod(client, pod, namespace)
        dump = ConfigDump(
            await ask_proxy(settings, client, found, "/config_dump?include_eds"),
            await ask_proxy(settings, client, found, "/clusters?format=json"),
        )
    if output != "short" or what == "bootstrap":
        _print_raw(dump.raw(what), output)
        return
    for view in VIEWS if what == "all" else (what,):
        header, rows = VIEWS[view]
        print_table(header, rows(dump, filters))
        if what == "all":
            click.echo()


def _print_raw(value: Any, output: str) -> None:
    if output == "yaml":
        import yaml

        click.echo(yaml.safe_dump(value, sort_keys=False), nl=False)
    else:
        click.echo(json.dumps(value, indent=4))

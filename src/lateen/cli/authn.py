"""`lateen authn tls-check`: what TLS a client begins and what servers accept, as istioctl once told it."""

import json
from urllib.parse import urlencode

import click

from lateen.cli.connection import asynchronous, connected, settings_of
from lateen.cli.pods import find_pod
from lateen.cli.tables import print_table
from lateen.cli.windows import ask_istiod

_HEADER = ("HOST:PORT", "STATUS", "SERVER", "CLIENT", "AUTHN POLICY", "DESTINATION RULE")


@click.group()
def command() -> None:
    """What authentication makes of connections."""


@command.command("tls-check")
@click.argument("pod")
@click.argument("host", required=False, default="")
@click.option("-n", "--namespace", default="default", show_default=True)
@click.option("-o", "--output", type=click.Choice(["table", "json"]), default="table")
@click.pass_context
@asynchronous
async def tls_check(ctx: click.Context, /, pod: str, host: str, namespace: str, output: str) -> None:
    """Check the TLS between the client POD and HOST, or all that it may call. Exits with 1 on a conflict."""
    settings = settings_of(ctx)
    async with connected(settings) as client:
        meta = (await find_pod(client, pod, namespace))["metadata"]
    query = urlencode({"proxy": f"{meta['name']}.{meta['namespace']}", "host": host})
    found = await ask_istiod(settings, f"/debug/tls-check?{query}")
    if output == "json":
        click.echo(json.dumps(found, indent=2))
    else:
        fields = ("status", "server", "client", "policy", "destination_rule")
        print_table(_HEADER, ((f"{one['host']}:{one['port']}", *(one[field] for field in fields)) for one in found))
        for one in found:
            if host or one["status"] == "CONFLICT":
                click.echo(f"\n{one['host']}:{one['port']}: {one['why']}")
    if any(one["status"] == "CONFLICT" for one in found):
        ctx.exit(1)

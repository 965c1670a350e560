"""`lateen proxy-status`."""

import json

import click

from lateen.cli.connection import ask, asynchronous, settings_of
from lateen.cli.tables import print_table

TYPES = ("CDS", "LDS", "EDS", "RDS")


@click.command()
@click.option("-v", "--verbosity", count=True, help="The state of each type: SYNCED, STALE, NOT SENT, IGNORED.")
@click.option("-o", "--output", type=click.Choice(["table", "json"]), default="table")
@click.pass_context
@asynchronous
async def command(ctx: click.Context, verbosity: int, output: str) -> None:
    """Show whether each connected proxy has what it should have."""
    proxies = await ask(settings_of(ctx).istiod_socket, "/debug/syncz")
    if output == "json":
        click.echo(json.dumps(proxies, indent=2))
        return
    proxies.sort(key=lambda proxy: proxy["proxy"])
    if verbosity:
        header = ("NAME", "CLUSTER", *TYPES, "ISTIOD", "VERSION")
        print_table(header, ((p["proxy"], p["cluster"], *(p["types"].get(t, {}).get("state", "IGNORED") for t in TYPES),
                              p["istiod"], p["version"]) for p in proxies))  # fmt: skip
        return
    rows = []
    for proxy in proxies:
        subscribed = [name for name in TYPES if name in proxy["types"]]
        rows.append((proxy["proxy"], proxy["cluster"], proxy["istiod"], proxy["version"],
                     f"{len(subscribed)} ({','.join(subscribed)})" if subscribed else "0"))  # fmt: skip
    print_table(("NAME", "CLUSTER", "ISTIOD", "VERSION", "SUBSCRIBED TYPES"), rows)

"""`lateen proxy-status`."""

import json
from typing import Any

import click

from lateen.cli.connection import asynchronous, settings_of
from lateen.cli.tables import print_table
from lateen.cli.windows import ask_all

TYPES = ("CDS", "LDS", "EDS", "RDS")


@click.command()
@click.option("-v", "--verbosity", count=True, help="The state of each type: SYNCED, STALE, NOT SENT, IGNORED, ERROR.")
@click.option("-o", "--output", type=click.Choice(["table", "json"]), default="table")
@click.pass_context
@asynchronous
async def command(ctx: click.Context, verbosity: int, output: str) -> None:
    """Show whether each connected proxy has what it should have.

    ERROR: the proxy refused something and goes on with what it had; what and why is said below the table.
    """
    proxies = await ask_all(settings_of(ctx), "/debug/syncz")
    if output == "json":
        click.echo(json.dumps(proxies, indent=2))
        return
    proxies.sort(key=lambda proxy: proxy["proxy"])
    if verbosity:
        header = ("NAME", "CLUSTER", *TYPES, "ISTIOD", "VERSION")
        print_table(header, ((p["proxy"], p["cluster"], *(p["types"].get(t, {}).get("state", "IGNORED") for t in TYPES),
                              p["istiod"], p["version"]) for p in proxies))  # fmt: skip
    else:
        print_table(("NAME", "CLUSTER", "ISTIOD", "VERSION", "SUBSCRIBED TYPES"), map(_row, proxies))
    for line in _refusals(proxies):
        click.echo(line)


def _row(proxy: dict[str, Any]) -> tuple[str, ...]:
    subscribed = [name for name in TYPES if name in proxy["types"]]
    types = f"{len(subscribed)} ({','.join(subscribed)})" if subscribed else "0"
    return proxy["proxy"], proxy["cluster"], proxy["istiod"], proxy["version"], types


def _refusals(proxies: list[dict[str, Any]]) -> list[str]:
    """A line for each resource that a proxy refused, apart from the table; none when there are none."""
    found = [
        f"{proxy['proxy']} refused {name} {resource}: {reason}"
        for proxy in proxies
        for name, state in proxy["types"].items()
        for resource, reason in state.get("nacks", {}).items()
    ]
    return ["", *found] if found else []

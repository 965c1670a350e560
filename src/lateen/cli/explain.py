"""`lateen explain`: which rules count for a host, and why."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

import click

from lateen.cli.connection import asynchronous, connected, settings_of
from lateen.cli.pods import find_pod
from lateen.cli.tables import print_table
from lateen.cli.windows import ask_istiod
from lateen.sources.client import ApiError, Client

Json = dict[str, Any]
_CLUSTER_STATISTICS = "outlier_detection.ejections_"


@click.group(short_help="Tell which rules count, and why.")
def command() -> None:
    """Tell what the mesh makes of things, and why."""


@command.command()
@click.argument("name", metavar="HOST")
@click.option(
    "--from", "pod", required=True, metavar="POD", help="Who calls: a pod's name, name.namespace, deploy/NAME."
)
@click.option("-n", "--namespace", default="default", show_default=True)
@click.option("--port", type=int, default=0, help="Only this port's clusters.")
@click.option("-o", "--output", type=click.Choice(["table", "json"]), default="table")
@click.pass_context
@asynchronous
async def host(ctx: click.Context, /, name: str, pod: str, namespace: str, port: int, output: str) -> None:
    """Tell which rules a client obeys for HOST, where it looks for them, and what ejects endpoints."""
    settings = settings_of(ctx)
    async with connected(settings) as client:
        meta = (await find_pod(client, pod, namespace))["metadata"]
        query = urlencode({"proxy": f"{meta['name']}.{meta['namespace']}", "host": name})
        story = await ask_istiod(settings, f"/debug/explain/host?{query}")
        story["upstreams"] = [one for one in story["upstreams"] if not port or one["name"].split("|")[1] == str(port)]
        await _count_ejections(client, meta, story)
    if output == "json":
        click.echo(json.dumps(story, indent=2))
    else:
        _print(story)


async def _count_ejections(client: Client, meta: Json, story: Json) -> None:
    """Add to each counter how often it fired in this proxy; None where the proxy does not say."""
    path = f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}:15000/proxy/stats?format=json&filter="
    try:
        answer = await client.request("GET", path + _CLUSTER_STATISTICS)
    except ApiError:
        answer = {"stats": []}
    values = {one["name"]: one["value"] for one in answer["stats"] if "name" in one}
    for upstream in story["upstreams"]:
        for counter in upstream["counters"]:
            counter["ejections"] = _value(values, upstream["name"], counter["statistic"])


def _value(values: Mapping[str, int], cluster: str, statistic: str) -> int | None:
    """A cluster's name ends in ";" where it is another in statistics (alt_stat_name)."""
    names = (f"cluster.{cluster}{end}.outlier_detection.{statistic}" for end in ("", ";"))
    return next((values[name] for name in names if name in values), None)


def _print(story: Json) -> None:
    click.echo(f"{story['host']}, as seen in namespace {story['namespace']}")
    _declared(story["declared"])
    click.echo("\nVirtualServices for sidecars:")
    _candidates(story["virtual_services"], "none: requests go to the service itself")
    click.echo("\nDestinationRules, in the order in which they are looked for:")
    for number, place in enumerate(story["places"], 1):
        click.echo(f"  {number}. {place['namespace']} ({place['what']})")
        _candidates(place["found"], "none here", "     ")
    if story["elsewhere"]:
        click.echo("  elsewhere")
        _candidates(story["elsewhere"], "", "     ")
    click.echo("\nClusters:")
    for upstream in story["upstreams"]:
        click.echo(f"  {upstream['name']}: {upstream['tls']}")
    _counters(story["upstreams"])


def _declared(declared: Iterable[Json]) -> None:
    for one in declared:
        mark = "declared by" if one["meant"] else "also by (not meant here)"
        click.echo(f"  {mark} {one['kind']} {one['namespace']}/{one['name']}, ports {', '.join(one['ports'])}")


def _candidates(found: Iterable[Json], nothing: str, indent: str = "  ") -> None:
    for one in found:
        click.echo(f"{indent}{'✔' if one['obeyed'] else '✘'} {one['namespace']}/{one['name']}: {one['why']}")
    if not found:
        click.echo(f"{indent}{nothing}")


def _counters(upstreams: Iterable[Json]) -> None:
    rows = [(one["name"], counter) for one in upstreams for counter in one["counters"]]
    if rows:
        click.echo("\nOutlier detection: an endpoint is ejected after so many errors in a row")
        print_table(("CLUSTER", "COUNTER", "ERRORS", "EJECTIONS", "COUNTS"), (_row(*row) for row in rows))


def _row(cluster: str, counter: Json) -> tuple[object, ...]:
    default = " (default)" if counter["is_default"] and counter["number"] else ""
    number = f"{counter['number']}{default}" if counter["number"] else "off"
    fired = "?" if counter["ejections"] is None else counter["ejections"]
    return cluster, counter["field"], number, fired, counter["counts"]

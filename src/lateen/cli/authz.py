"""`lateen authz check`: which AuthorizationPolicies a proxy really holds, read from the proxy itself."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, TextIO

import click

from lateen.app.settings import Settings
from lateen.base.errors import LateenError
from lateen.cli.config_dump import ConfigDump
from lateen.cli.connection import asynchronous, connected, settings_of
from lateen.cli.pods import find_pod
from lateen.cli.tables import print_table
from lateen.cli.windows import ask_proxy

Json = dict[str, Any]
Policy = tuple[str, str]

_HEADER = ("ACTION", "AuthorizationPolicy", "RULES")
_NAME = re.compile(
    r"(?P<asked>istio-ext-authz-.*-)?ns\[(?P<namespace>[^\]]*)\]-policy\[(?P<name>[^\]]*)\]-rule\[\d+\]"
    r"(-deny-due-to-bad-CUSTOM-action)?"
)
# Envoy's names of actions, where they are not Istio's; the default is left out of a dump.
_ACTIONS = {"": "ALLOW", "LOG": "AUDIT"}
_DUMP = "lateen proxy-config all POD -o json"
_NOBODY = "_anonymous_match_nothing_"


@click.group()
def command() -> None:
    """What authorization makes of requests."""


@command.command()
@click.argument("pod", required=False, default="")
@click.option("-n", "--namespace", default="default", show_default=True)
@click.option("-f", "--file", type=click.File(), help="A proxy's config dump (- is standard input), in place of a pod.")
@click.option("-o", "--output", type=click.Choice(["table", "json"]), default="table")
@click.pass_context
@asynchronous
async def check(ctx: click.Context, /, pod: str, namespace: str, file: TextIO | None, output: str) -> None:
    """List the policies that are in force in a proxy. POD is a pod's name, name.namespace or deploy/NAME."""
    if bool(pod) == bool(file):
        raise click.UsageError("name a pod, or a config dump with -f")
    dump = _read(file) if file else await _fetch(settings_of(ctx), pod, namespace)
    rows = sorted(_counted(ConfigDump(dump, {}).raw("listener")))
    if output == "json":
        click.echo(json.dumps([dict(zip(("action", "policy", "rules"), row, strict=True)) for row in rows], indent=2))
    else:
        print_table(_HEADER, rows)


def _read(file: TextIO) -> Json:
    try:
        dump = json.load(file)
    except ValueError as error:
        raise LateenError(f"{file.name} is not JSON: {error}", f"{_DUMP} writes one") from error
    if not isinstance(dump, dict) or "configs" not in dump:
        raise LateenError(f"{file.name} is no config dump of Envoy's", f"{_DUMP} writes one")
    return dump


async def _fetch(settings: Settings, pod: str, namespace: str) -> Json:
    async with connected(settings) as client:
        return await ask_proxy(settings, client, await find_pod(client, pod, namespace), "/config_dump")


def _counted(listeners: Json) -> Iterator[tuple[str, str, int]]:
    """Yield action, policy and number of rules; every chain has the same policies, so that each rule counts once."""
    counted = Counter(policy for policy, _ in set(_rules(listeners)))
    if any(action == "ALLOW" and name != _NOBODY for action, name in counted):
        del counted["ALLOW", _NOBODY]  # on connections of unknown bytes, where its policies take nothing
    yield from ((*policy, number) for policy, number in counted.items())


def _rules(node: Any) -> Iterator[tuple[Policy, str]]:
    """Yield the policy and the name of every rule in RBAC filters, wherever they stand."""
    if isinstance(node, list):
        for each in node:
            yield from _rules(each)
    elif isinstance(node, dict):
        if str(node.get("@type", "")).endswith(".rbac.v3.RBAC"):
            yield from _of_filter(node)
        for each in node.values():
            yield from _rules(each)


def _of_filter(config: Json) -> Iterator[tuple[Policy, str]]:
    for field, suffix in (("rules", ""), ("shadow_rules", " (dry run)")):
        if field not in config:
            continue
        said = str(config[field].get("action", ""))
        action = _ACTIONS.get(said, said)
        names = config[field].get("policies") or {_NOBODY: {}}
        for name in names:
            yield _policy(name, action, suffix), name


def _policy(name: str, action: str, suffix: str) -> Policy:
    found = _NAME.fullmatch(name)
    if found is None:
        return f"{action}{suffix}", name
    asked = bool(found["asked"])
    return "CUSTOM" if asked else f"{action}{suffix}", f"{found['name']}.{found['namespace']}"

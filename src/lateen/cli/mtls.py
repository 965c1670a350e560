"""`lateen mtls`: the step from PERMISSIVE to STRICT, and what it would break."""

import json
from typing import Any
from urllib.parse import urlencode

import click

from lateen.app.settings import Settings
from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.cli.connection import asynchronous, connected, find, settings_of
from lateen.cli.windows import ask_istiod
from lateen.kinds.all import by_kind
from lateen.sources.client import Client

Json = dict[str, Any]
_STRICT = {"mode": "STRICT"}
_SCOPE = (
    click.option("-n", "--namespace", default="", help="Of this namespace."),
    click.option("--mesh", "whole", is_flag=True, help="Of the whole mesh."),
)


@click.group()
def command() -> None:
    """From plaintext to mutual TLS alone, without breaking anybody."""


def _scoped(function: Any) -> Any:
    for option in _SCOPE:
        function = option(function)
    return function


@command.command()
@_scoped
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
@asynchronous
async def plan(ctx: click.Context, /, namespace: str, whole: bool, output: str) -> None:
    """Tell what STRICT would break. Exits with 1 where it would."""
    report = await _readiness(settings_of(ctx), _chosen(namespace, whole))
    click.echo(json.dumps(report, indent=2)) if output == "json" else _print(report)
    ctx.exit(0 if report["ready"] else 1)


@command.command()
@_scoped
@click.option("--force", is_flag=True, help="Though it breaks what `lateen mtls plan` lists.")
@click.pass_context
@asynchronous
async def strict(ctx: click.Context, /, namespace: str, whole: bool, force: bool) -> None:
    """Let workloads take mutual TLS only, if that breaks nobody."""
    settings = settings_of(ctx)
    report = await _readiness(settings, _chosen(namespace, whole))
    if not report["ready"] and not force:
        _print(report)
        raise LateenError("STRICT would break what is listed above", "mend it, or say --force")
    async with connected(settings) as client:
        key = await _make_strict(client, report)
    click.echo(f"peerauthentication.security.istio.io/{key.name} in {key.namespace} is STRICT")


def _chosen(namespace: str, whole: bool) -> str:
    if bool(namespace) == whole:
        raise click.UsageError("say which: -n NAMESPACE or --mesh")
    return namespace


async def _readiness(settings: Settings, namespace: str) -> Json:
    report: Json = await ask_istiod(settings, f"/debug/strictness?{urlencode({'namespace': namespace})}")
    return report


def _print(report: Json) -> None:
    where = "the mesh" if report["whole_mesh"] else f"namespace {report['namespace']}"
    by = f" (PeerAuthentication {report['policy']})" if report["policy"] else ""
    click.echo(f"{where} is {report['mode']}{by}; {report['enforced']} workloads with a proxy would be STRICT")
    for breaks, title in ((True, "Would break:"), (False, "Would stay unprotected:")):
        found = [one for one in report["obstacles"] if one["breaks"] is breaks]
        if found:
            click.echo(title)
        for one in found:
            click.echo(f"  ✘ {one['who']} {one['why']}\n    fix: {one['fix']}")
    if report["ready"]:
        click.echo("✔ Ready, by the configuration. Calls are not observed here: look into access logs, too.")


async def _make_strict(client: Client, report: Json) -> Key:
    """Change the policy that counts for the whole place, if it is one of its own; else make one."""
    kind, namespace = by_kind("PeerAuthentication"), report["namespace"]
    own, _, name = report["policy"].partition("/")
    if own == namespace and (found := await find(client, kind, Key(namespace, name))) is not None:
        await client.replace(kind, {**found, "spec": {**(found.get("spec") or {}), "mtls": _STRICT}})
        return Key(namespace, name)
    # One that is named so is for some workloads only, or it would be the one that counts.
    key = Key(namespace, "default" if await find(client, kind, Key(namespace, "default")) is None else "strict")
    made = {"apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication", "metadata": key._asdict()}
    await client.create(kind, {**made, "spec": {"mtls": _STRICT}})
    return key

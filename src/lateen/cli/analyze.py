"""`lateen analyze`: istioctl's grammar, exit codes and messages.

https://istio.io/latest/docs/reference/commands/istioctl/#istioctl-analyze
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import yaml

from lateen.analysis.analysis import DEFAULT, analyze
from lateen.analysis.analyzers.service_entry_addresses import CAPTURE
from lateen.analysis.finding import DOCUMENTATION, Finding
from lateen.analysis.messages import LEVELS, Level
from lateen.analysis.report import REPORTS
from lateen.analysis.resource import Resource, a_map
from lateen.analysis.snapshot import Snapshot
from lateen.analysis.suppression import Suppression, told
from lateen.app.settings import Settings
from lateen.base.errors import Invalid
from lateen.cli.connection import asynchronous, connected, settings_of
from lateen.cli.tables import print_table
from lateen.kinds.all import KINDS, find
from lateen.kinds.spec import KindSpec
from lateen.sources.client import ApiError, Client
from lateen.sources.files import manifest_files, read_manifests
from lateen.sources.webhook_kinds import MUTATING, VALIDATING

DATA_ERROR, FOUND_ISSUES = 65, 79
_NOT_READ = frozenset({"Secret", "Event", "Lease", "ProcessImage"})
_LEVEL = click.Choice(LEVELS, case_sensitive=False)


@click.command()
@click.argument("files", nargs=-1)
@click.option("-n", "--namespace", default="default", show_default=True, help="The namespace to analyze.")
@click.option("-A", "--all-namespaces", "everywhere", is_flag=True, help="Analyze all namespaces.")
@click.option("-k", "--use-kube", type=bool, default=None, help="Whether to read the mesh's objects too.")
@click.option("-R", "--recursive", is_flag=True, help="Search folders below the folders that are given.")
@click.option("--failure-threshold", type=_LEVEL, default="Error", show_default=True, help="Exit with 79 from here on.")
@click.option("--output-threshold", type=_LEVEL, default="Info", show_default=True, help="Tell from here on.")
@click.option("-o", "--output", type=click.Choice(sorted(REPORTS)), default="log", show_default=True)
@click.option("-S", "--suppress", multiple=True, help='Not to be told of: "IST0102=Namespace frontend".')
@click.option("-L", "--list-analyzers", "listing", is_flag=True, help="List the analyzers, and do nothing else.")
@click.option("--meshConfigFile", "mesh_file", default="", help="The mesh's settings, in place of those in force.")
@click.option("--ignore-unknown", is_flag=True, help="Pass over what cannot be read.")
@click.option("--revision", default="", help="The control plane whose settings count.")
@click.pass_context
@asynchronous
async def command(ctx: click.Context, /, **options: Any) -> None:
    """Analyze objects of files and of the mesh, and tell what may be wrong. `-` is standard input.

    Exits with 79 when something is as bad as the failure threshold, 65 when a file cannot be read.
    """
    if options["listing"]:
        print_table(["Name:", "Description:"], [[each.name, each.description] for each in DEFAULT])
        return
    settings = None if options["use_kube"] is False else _mesh(settings_of(ctx), options["use_kube"])
    resources, broken = _of_files(options)
    objects = [*(await _of_mesh(settings) if settings else ()), *resources]
    found = analyze(Snapshot(objects, mesh_config(objects, options["mesh_file"], options["revision"])))
    suppressions = [Suppression.parse(text) for text in options["suppress"]]
    chosen = [each for each in told(found, suppressions) if _is_asked_for(each, options, live=bool(settings))]
    where = _subject(options, live=bool(settings))
    _tell(chosen, options["output"], where)
    _exit(any(each.at_least(options["failure_threshold"]) for each in chosen), broken, where)


def _mesh(settings: Settings, asked: bool | None) -> Settings | None:
    """The mesh to read, None where nobody asked for it and none is running."""
    if asked or settings.cluster is not None or settings.kubeconfig.exists():
        return settings
    click.echo("no mesh is running here: the files are analyzed alone", err=True)
    return None


def _exit(issues: bool, broken: bool, where: str) -> None:
    if issues:
        click.echo(
            f"Error: Analyzers found issues when analyzing {where}.\n"
            f"See {DOCUMENTATION} for more information about causes and resolutions.",
            err=True,
        )
        sys.exit(FOUND_ISSUES)
    if broken:
        sys.exit(DATA_ERROR)


def _of_files(options: dict[str, Any]) -> tuple[list[Resource], bool]:
    """The objects of the files named, and whether something in them could not be read."""
    found: list[Resource] = []
    broken = False
    for file in (file for name in options["files"] for file in _files(name, options["recursive"])):
        try:
            for document in read_manifests([file]):
                kind = find(document.raw.get("apiVersion"), document.raw.get("kind"))
                found.append(Resource.read(document, "" if kind and not kind.namespaced else options["namespace"]))
        except Invalid as error:
            if not options["ignore_unknown"]:
                broken = True
                click.echo(f"Error: {error}", err=True)
    return found, broken


def _files(name: str, recursive: bool) -> list[str]:
    """A folder stands for the manifests in it, with `recursive` those below it too."""
    files = list(manifest_files(name))
    return [file for file in files if recursive or not Path(name).is_dir() or Path(file).parent == Path(name)]


async def _of_mesh(settings: Settings) -> list[Resource]:
    async with connected(settings) as client:
        return await live_resources(client)


async def live_resources(client: Client) -> list[Resource]:
    """Everything that a mesh's API has and an analyzer may read; Secrets stay where they are."""
    found = []
    for kind in (*KINDS, MUTATING, VALIDATING):
        if kind.kind not in _NOT_READ:
            found += [
                Resource({"apiVersion": kind.api_versions[0], "kind": kind.kind, **raw})
                for raw in await _listed(client, kind)
            ]
    return found


async def _listed(client: Client, kind: KindSpec) -> list[dict[str, Any]]:
    """All objects of a kind; none where it is not served."""
    try:
        return (await client.list(kind, "")).items
    except ApiError as error:
        if error.code != 404:
            raise
        return []


def mesh_config(objects: Sequence[Resource], file: str = "", revision: str = "") -> dict[str, Any]:
    """The mesh's settings as written; names are resolved by the mesh unless they say otherwise."""
    if file:
        mesh = a_map(yaml.safe_load(Path(file).read_text()))
    else:
        name = f"istio-{revision}" if revision else "istio"
        maps = [each for each in objects if each.kind == "ConfigMap" and each.key == ("istio-system", name)]
        mesh = a_map(yaml.safe_load(a_map(maps[-1].raw.get("data")).get("mesh", ""))) if maps else {}
    default = a_map(mesh.get("defaultConfig"))
    metadata = {**dict.fromkeys(CAPTURE, "true"), **a_map(default.get("proxyMetadata"))}
    return {**mesh, "defaultConfig": {**default, "proxyMetadata": metadata}}


def _is_asked_for(finding: Finding, options: dict[str, Any], *, live: bool) -> bool:
    level: Level = options["output_threshold"]
    resource = finding.resource
    ours = not live or options["everywhere"] or resource.namespace in ("", options["namespace"])
    return finding.at_least(level) and (ours or bool(resource.file))


def _subject(options: dict[str, Any], *, live: bool) -> str:
    if options["everywhere"]:
        return "all namespaces"
    return f"namespace: {options['namespace']}" if live or not options["files"] else ", ".join(options["files"])


def _tell(found: Sequence[Finding], output: str, where: str) -> None:
    if output != "log" or found:
        click.echo(REPORTS[output](found))
    else:
        click.echo(f"✔ No validation issues found when analyzing {where}.", err=True)

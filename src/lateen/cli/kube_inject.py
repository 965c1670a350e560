"""`lateen kube-inject`: what injection makes of files, offline, as `istioctl kube-inject` does it.

https://istio.io/latest/docs/reference/commands/istioctl/#istioctl-kube-inject
"""

from pathlib import Path
from typing import Any

import click
import yaml

from lateen.base.errors import Fault, Invalid
from lateen.inject.settings import InjectSettings
from lateen.inject.workload import inject_object
from lateen.sources.files import read_manifests


@click.command()
@click.option("-f", "--filename", required=True, help="A file, a folder, or `-` for standard input.")
@click.option("-o", "--output", default="", help="Where to write to, in place of standard output.")
@click.option("-n", "--namespace", default="default", show_default=True, help="Of objects that name none.")
@click.option("--meshConfigFile", "mesh_file", default="", help="The mesh's settings.")
@click.option("--revision", default="default", show_default=True, help="The control plane of the proxies.")
def command(filename: str, output: str, namespace: str, mesh_file: str, revision: str) -> None:
    """Print the objects of files with proxies in their pods.

    Every pod gets one unless it says no itself; labels of its namespace do not count.
    """
    settings = InjectSettings(revision=revision, proxy_config=_default_config(mesh_file))
    made = [_injected(document.raw, namespace, settings) for document in read_manifests([filename])]
    text = yaml.safe_dump_all(made, sort_keys=False, width=120)
    if output:
        Path(output).write_text(text)
    else:
        click.echo(text, nl=False)


def _injected(raw: dict[str, Any], namespace: str, settings: InjectSettings) -> dict[str, Any]:
    name = (raw.get("metadata") or {}).get("namespace") or namespace
    asking = {"metadata": {"name": name, "labels": {"istio.io/rev": settings.revision}}}
    return inject_object(raw, asking, settings) or raw


def _default_config(file: str) -> dict[str, Any]:
    """The settings of proxies in a file of the mesh's settings."""
    if not file:
        return {}
    try:
        mesh = yaml.safe_load(Path(file).read_text()) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Invalid(file, [Fault("", f"cannot be read: {' '.join(str(error).split())}", file=file)]) from error
    found = mesh.get("defaultConfig", {}) if isinstance(mesh, dict) else None
    if not isinstance(found, dict):
        raise Invalid(file, [Fault("defaultConfig", "a mapping is wanted", file=file)])
    return found

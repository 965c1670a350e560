"""`lateen manifests`."""

import difflib
from pathlib import Path

import click
import yaml

from lateen.cli.installation import our_version, settings_of_options, settings_options
from lateen.install.crds import crds
from lateen.install.manifest import manifest
from lateen.install.written import written


@click.group()
def command() -> None:
    """Print what to install in a Kubernetes cluster, for: lateen manifests … | kubectl apply --server-side -f -."""


@command.command("crds")
def print_crds() -> None:
    """Print the CustomResourceDefinitions of all kinds, Istio's and our own."""
    click.echo(written(crds()), nl=False)


@command.command()
@settings_options
@click.option("-o", "--output", default="", help="Where to write to, in place of standard output.")
def generate(names: tuple[str, ...], values: tuple[str, ...], revision: str, output: str) -> None:
    """Print the objects that `lateen install` with these settings applies."""
    text = written(manifest(settings_of_options(names, values, revision), our_version()))
    if output:
        Path(output).write_text(text)
    else:
        click.echo(text, nl=False)


@command.command()
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), default="charts", show_default=True)
def charts(output: Path) -> None:
    """Write the Helm charts base, istiod and gateway into a folder: their objects are those of `lateen install`."""
    from lateen.install.helm.charts import charts as files_of_charts

    made = files_of_charts(our_version())
    for path, text in made.items():
        (output / path).parent.mkdir(parents=True, exist_ok=True)
        (output / path).write_text(text)
    click.echo(f"{', '.join(dict.fromkeys(path.partition('/')[0] for path in made))} are in {output}")


@command.command()
@click.argument("one", type=click.Path(exists=True, path_type=Path))
@click.argument("other", type=click.Path(exists=True, path_type=Path))
def diff(one: Path, other: Path) -> None:
    """Compare two files of manifests, object by object; ends with 1 where they differ."""
    before, after = (
        {f"{raw['kind']}:{raw['metadata'].get('namespace', '')}:{raw['metadata']['name']}": written([raw])
         for raw in yaml.safe_load_all(path.read_text()) if raw}
        for path in (one, other)
    )  # fmt: skip
    differ = [name for name in dict.fromkeys((*before, *after)) if before.get(name) != after.get(name)]
    for name in differ:
        texts = (before.get(name, "").splitlines(), after.get(name, "").splitlines())
        click.echo("\n".join(difflib.unified_diff(*texts, f"{one}: {name}", f"{other}: {name}", lineterm="")))
    click.echo(f"{len(differ)} objects differ" if differ else "Manifests are identical")
    raise SystemExit(1 if differ else 0)

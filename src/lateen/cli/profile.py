"""`lateen profile`: the sets of settings that an installation begins with."""

import difflib

import click
import yaml

from lateen.install.settings import API_VERSION, KIND, PROFILES, profile


@click.group()
def command() -> None:
    """List, print and compare profiles of installations."""


@command.command("list")
def list_profiles() -> None:
    """List the profiles."""
    click.echo("Lateen's profiles:")
    for name in PROFILES:
        click.echo(f"    {name}")


@command.command()
@click.argument("name", default="default")
def dump(name: str) -> None:
    """Print a profile with every default."""
    click.echo(_text(name), nl=False)


@command.command()
@click.argument("one")
@click.argument("other")
def diff(one: str, other: str) -> None:
    """Show where two profiles differ; ends with 1 where they do."""
    lines = list(difflib.unified_diff(_text(one).splitlines(), _text(other).splitlines(), one, other, lineterm=""))
    click.echo("\n".join(lines) if lines else "Profiles are identical")
    raise SystemExit(1 if lines else 0)


def _text(name: str) -> str:
    text: str = yaml.safe_dump(
        {"apiVersion": API_VERSION, "kind": KIND, "spec": profile(name)}, sort_keys=False, width=120
    )
    return text

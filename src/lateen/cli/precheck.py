"""`lateen x precheck`: can this cluster take the mesh.

https://istio.io/latest/docs/reference/commands/istioctl/#istioctl-experimental-precheck
"""

import click

from lateen.cli.cluster import cluster, cluster_options
from lateen.cli.connection import asynchronous
from lateen.cli.installation import our_version, settings_of_options, settings_options


@click.command("precheck")
@settings_options
@cluster_options
@asynchronous
async def command(
    names: tuple[str, ...], values: tuple[str, ...], revision: str, kubeconfig: str, context: str
) -> None:
    """Tell what stands in the way of an installation: version, rights, and what others have by our names."""
    from lateen.app.precheck import findings

    tree = settings_of_options(names, values, revision)
    async with cluster(kubeconfig, context) as client:
        wrong = await findings(client, tree, our_version())
    for line in wrong:
        click.echo(f"✘ {line}")
    if wrong:
        raise SystemExit(1)
    click.echo("✔ No issues found when checking the cluster. Istio is safe to install or upgrade!")

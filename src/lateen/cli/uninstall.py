"""`lateen uninstall`: take a mesh out of a Kubernetes cluster.

https://istio.io/latest/docs/reference/commands/istioctl/#istioctl-uninstall
"""

import click

from lateen.base.errors import LateenError
from lateen.cli.cluster import cluster, cluster_options
from lateen.cli.connection import asynchronous


@click.command()
@cluster_options
@click.option("-r", "--revision", default="", help="Of which control plane.")
@click.option("--purge", is_flag=True, help="All revisions, the mesh's definitions and its authority, too.")
@click.option("-y", "--skip-confirmation", "yes", is_flag=True, help="Do not ask.")
@asynchronous
async def command(kubeconfig: str, context: str, revision: str, purge: bool, yes: bool) -> None:
    """Remove a control plane, or with --purge everything; objects of users go with the definitions of their kinds.

    Gateways of a revision stay while there is another control plane: install it with them, and they are its own.
    """
    from lateen.app.installer import Installer
    from lateen.app.leftovers import leftovers
    from lateen.base.clock import SystemClock

    if not purge and not revision:
        raise LateenError("which control plane?", "name its --revision (default, where none was named), or --purge")
    suffix = "" if revision == "default" else f"-{revision}"
    async with cluster(kubeconfig, context) as client:
        installer = Installer(client, SystemClock(), click.echo)
        if purge:
            found = [*await installer.owned(), *await leftovers(client)]
        else:
            found = await installer.of_revision(suffix)
        what = "everything of the mesh" if purge else f"the control plane {revision!r}"
        if not yes and not click.confirm(f"This removes {what} ({len(found)} objects) from {client.url}. Proceed?"):
            raise SystemExit(1)
        click.echo(f"✔ {await installer.remove(found)} objects removed")

"""`lateen install`: a mesh for a Kubernetes cluster, as `istioctl install`.

https://istio.io/latest/docs/reference/commands/istioctl/#istioctl-install
"""

import click

from lateen.base.errors import LateenError
from lateen.cli.cluster import cluster, cluster_options
from lateen.cli.connection import asynchronous
from lateen.cli.installation import our_version, seconds_of, settings_of_options, settings_options


@click.command()
@settings_options
@cluster_options
@click.option("-y", "--skip-confirmation", "yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Have the cluster check everything, and change nothing.")
@click.option("--force", is_flag=True, help="Though the installed version is newer, or much older.")
@click.option("--readiness-timeout", default="5m0s", show_default=True, help="How long parts may take to be ready.")
@asynchronous
async def command(
    names: tuple[str, ...], values: tuple[str, ...], revision: str, kubeconfig: str, context: str, yes: bool,
    dry_run: bool, force: bool, readiness_timeout: str,
) -> None:  # fmt: skip
    """Install the mesh into a cluster, or bring what is installed to other settings.

    Run again with the same settings it changes nothing; what an earlier installation of the revision had beyond them is
    removed.
    """
    from lateen.app.installer import Installer
    from lateen.app.revision_tags import tags
    from lateen.base.clock import SystemClock
    from lateen.install.manifest import gateway_classes, steps
    from lateen.install.parts import Installation
    from lateen.install.versions import skew
    from lateen.sources.dynamic import Dynamic

    tree = settings_of_options(names, values, revision)
    version = our_version()
    seconds = seconds_of(readiness_timeout)
    async with cluster(kubeconfig, context) as client:
        named = Installation(tree, version).revision
        installer = Installer(client, SystemClock(), click.echo)
        if (wrong := skew(await installer.installed(named), version)) and not force:
            raise LateenError(wrong, "one minor version at a time; a --revision beside it; or --force")
        kept = [tag.name for tag in await tags(client) if tag.revision == named]
        tree["values"]["revisionTags"] = list(dict.fromkeys((*tree["values"]["revisionTags"], *kept)))
        what = f"the Lateen {version} profile {tree['profile']!r}"
        question = f"This will install {what} into the cluster {client.url}. Proceed?"
        if not yes and not dry_run and not click.confirm(question):
            raise SystemExit(1)
        applied = await installer.install(steps(tree, version), seconds, dry_run=dry_run)
        installation = Installation(tree, version)
        if await Dynamic(client).served("gateway.networking.k8s.io/v1", "GatewayClass"):
            classes = gateway_classes(installation)
            for raw in classes:
                await Dynamic(client).apply(raw, "lateen", dry_run=dry_run)
            applied += classes
        if not dry_run:
            await installer.prune(applied, installation.suffix)
    click.echo("✔ Installation complete" if not dry_run else "✔ Nothing was changed: a dry run")

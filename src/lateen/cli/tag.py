"""`lateen tag`: names for revisions.

https://istio.io/latest/docs/reference/commands/istioctl/#istioctl-tag
"""

import json

import click
import yaml

from lateen.cli.cluster import cluster, cluster_options
from lateen.cli.connection import asynchronous
from lateen.cli.installation import our_version
from lateen.cli.tables import print_table


@click.group()
def command() -> None:
    """Give revisions names by which namespaces choose their control plane."""


@command.command("set")
@click.argument("name")
@click.option("-r", "--revision", required=True, help="The control plane that the tag stands for.")
@click.option("--overwrite", is_flag=True, help="Move a tag that stands for another revision.")
@click.option("-y", "--skip-confirmation", is_flag=True, hidden=True)
@cluster_options
@asynchronous
async def set_(
    name: str, revision: str, overwrite: bool, skip_confirmation: bool, kubeconfig: str, context: str
) -> None:
    """Have the tag NAME stand for a revision."""
    from lateen.app.revision_tags import set_tag

    async with cluster(kubeconfig, context) as client:
        await set_tag(client, name, revision, our_version(), overwrite=overwrite)
    click.echo(
        f"Revision tag {name!r} created, referencing control plane revision {revision!r}. To enable injection using"
    )
    click.echo(f"this revision tag, use 'kubectl label namespace <NAMESPACE> istio.io/rev={name}'")


@command.command()
@click.argument("name")
@click.option("-r", "--revision", required=True)
def generate(name: str, revision: str) -> None:
    """Print the object that a tag is."""
    from lateen.app.revision_tags import tag_manifest

    click.echo(yaml.safe_dump(tag_manifest(name, revision, our_version()), sort_keys=False, width=120), nl=False)


@command.command("list")
@click.option("-o", "--output", type=click.Choice(["table", "json"]), default="table")
@cluster_options
@asynchronous
async def list_(output: str, kubeconfig: str, context: str) -> None:
    """List tags, the revisions that they stand for, and the namespaces that name them."""
    from lateen.app.revision_tags import tags

    async with cluster(kubeconfig, context) as client:
        found = await tags(client)
    if output == "json":
        click.echo(
            json.dumps([{"tag": tag.name, "revision": tag.revision, "namespaces": tag.namespaces} for tag in found])
        )
    else:
        print_table(
            ("TAG", "REVISION", "NAMESPACES"), ((tag.name, tag.revision, ",".join(tag.namespaces)) for tag in found)
        )


@command.command()
@click.argument("name")
@click.option("-y", "--skip-confirmation", "yes", is_flag=True, help="Do not ask.")
@cluster_options
@asynchronous
async def remove(name: str, yes: bool, kubeconfig: str, context: str) -> None:
    """Remove a tag: new pods of namespaces that name it get no proxy any more."""
    from lateen.app.revision_tags import remove_tag, tags

    async with cluster(kubeconfig, context) as client:
        users = next((tag.namespaces for tag in await tags(client) if tag.name == name), ())
        if users and not yes:
            click.confirm(f"Caution: namespaces {', '.join(users)} name the tag {name!r}. Remove it?", abort=True)
        await remove_tag(client, name, our_version())
    click.echo(f"Revision tag {name} removed")

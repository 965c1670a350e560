"""`lateen kubeconfig`."""

import click

from lateen.base.errors import LateenError
from lateen.cli.connection import settings_of


@click.command()
@click.option("--path", is_flag=True, help="Print where the file is, not what is in it.")
@click.pass_context
def command(ctx: click.Context, path: bool) -> None:
    """Print the kubeconfig of the local mesh: export KUBECONFIG=$(lateen kubeconfig --path)."""
    file = settings_of(ctx).kubeconfig
    if not file.exists():
        raise LateenError("there is no local mesh yet", "lateen up -d")
    click.echo(str(file) if path else file.read_text(), nl=path)

"""`lateen manifests`."""

import click
import yaml

from lateen.install.crds import crds

_Dumper: type[yaml.SafeDumper] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _WholeDumper(_Dumper):  # type: ignore[misc,valid-type]
    """Writes what stands in two places twice, for people and tools that know no anchors."""

    def ignore_aliases(self, data: object) -> bool:
        return True


@click.group()
def command() -> None:
    """Print what to install in a Kubernetes cluster, for: lateen manifests … | kubectl apply --server-side -f -."""


@command.command("crds")
def print_crds() -> None:
    """Print the CustomResourceDefinitions of all kinds, Istio's and our own."""
    click.echo(yaml.dump_all(crds(), Dumper=_WholeDumper, sort_keys=False, width=120), nl=False)

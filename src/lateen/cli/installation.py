"""What the commands about installations have in common: their options, and the settings that those come to."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import click

from lateen.base.errors import Invalid, LateenError
from lateen.install.checks import setting_faults
from lateen.install.idle import idle
from lateen.install.settings import Tree, settings
from lateen.kinds.durations import nanoseconds
from lateen.sources.files import read_manifests


def settings_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add -f, --set and --revision."""
    command = click.option("-r", "--revision", default="", help="Of the control plane; names carry it.")(command)
    said = "A setting, as profile=demo or values.global.hub=…"
    command = click.option("-s", "--set", "values", multiple=True, metavar="PATH=VALUE", help=said)(command)
    return click.option("-f", "--filename", "names", multiple=True, help="Settings: a file with an IstioOperator.")(
        command
    )


def settings_of_options(names: tuple[str, ...], values: tuple[str, ...], revision: str) -> Tree:
    """Return the settings; raises Invalid with everything that is wrong, and tells what has no effect."""
    overlays = [(document.file, document.raw) for document in read_manifests(names)] if names else []
    tree = settings(overlays, [*values, *((f"revision={revision}",) if revision else ())])
    if faults := list(setting_faults(tree)):
        raise Invalid("the installation", faults)
    for line in idle(tree):
        click.echo(f"warning: {line}", err=True)
    return tree


def our_version() -> str:
    """The version of this program: the images' tag."""
    return version("lateen")


def seconds_of(text: str) -> float:
    """Read a duration as Go writes it; raises LateenError."""
    found = nanoseconds(text)
    if found is None or found < 0:
        raise LateenError(f"{text!r} is no duration", "as 5m0s")
    return found / 1e9

"""The `lateen` command: finds the file of a command, and turns errors into sentences."""

import importlib
import sys
from typing import Any, NamedTuple

import click

from lateen.base.errors import LateenError

# name → (module, one line of help). A new command is one file in this folder and one line here.
COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("up", "Start a mesh on this machine."),
    "down": ("down", "Stop the mesh and clean up what it made."),
    "status": ("status", "Show the mesh: its parts, pods and mode."),
    "apply": ("apply", "Create or change objects from files, in the order that breaks nothing."),
    "get": ("get", "List objects, or print one."),
    "delete": ("delete", "Delete objects by file or by name."),
    "analyze": ("analyze", "Tell what may be wrong with objects, of files and of the mesh."),
    "explain": ("explain", "Tell which rules count for a host, and why."),
    "authz": ("authz", "Show which authorization policies a proxy really has."),
    "authn": ("authn", "Show what TLS a client and the servers that it calls agree on."),
    "mtls": ("mtls", "Plan, and take, the step from plaintext to mutual TLS alone."),
    "gateway-api": ("gateway_api", "Report how the mesh fares with the Gateway API's own cases."),
    "logs": ("logs", "Print a container's log."),
    "proxy-status": ("proxy_status", "Show whether each proxy has what it should have (alias: ps)."),
    "proxy-config": (
        "proxy_config",
        "Show what a proxy was told: clusters, listeners, routes, endpoints (alias: pc).",
    ),
    "install": ("install", "Install a mesh into a Kubernetes cluster."),
    "uninstall": ("uninstall", "Take a mesh out of a Kubernetes cluster."),
    "upgrade": ("install", "Bring what is installed to this version: install again."),
    "tag": ("tag", "Name revisions, for namespaces to choose their control plane by."),
    "verify-install": ("verify_install", "Check that what was installed is there and ready."),
    "profile": ("profile", "List, print and compare the profiles of installations."),
    "manifests": ("manifests", "Print what to install in a Kubernetes cluster (alias: manifest)."),
    "kubeconfig": ("kubeconfig", "Print the kubeconfig of the local mesh."),
    "ca": ("ca", "Show, rotate and revoke the mesh's certificates."),
    "kube-inject": ("kube_inject", "Print the objects of files with proxies in their pods."),
    "check-inject": ("check_inject", "Tell which pods have a proxy, and why others have none."),
    "experimental": ("experimental", "Join machines outside Kubernetes (alias: x)."),
    "demo": ("demo", "Tell a story from the documents, step by step."),
    "version": ("version", "Print the version."),
    "internal": ("internal", ""),
    "discovery": ("discovery", ""),
    "precheck": ("precheck", ""),
    "proxy": ("proxy", ""),
    "istio-iptables": ("istio_iptables", ""),
}
ALIASES = {"ps": "proxy-status", "pc": "proxy-config", "manifest": "manifests", "x": "experimental"}


class Given(NamedTuple):
    """What the command line says of the mesh: a local one by its name, or a cluster's by a kubeconfig or a context."""

    mesh: str = ""
    kubeconfig: str = ""
    context: str = ""


class Commands(click.Group):
    """A group whose commands are imported when they are named: `--help` stays fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, (_, line) in COMMANDS.items() if line]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        name = ALIASES.get(name, name)
        if name not in COMMANDS:
            return None
        command = importlib.import_module(f"lateen.cli.{COMMANDS[name][0]}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--mesh", metavar="NAME", default="", help="The local mesh to work on (default: local, or LATEEN_MESH).")
@click.option("--kubeconfig", default="", help="Work on the mesh of a cluster, by this kubeconfig.")
@click.option("--context", "context_name", default="", help="The kubeconfig's context (default: its current one).")
@click.pass_context
def cli(ctx: click.Context, mesh: str, kubeconfig: str, context_name: str) -> None:
    """Lateen: a service mesh that speaks Istio's API, on one machine or on Kubernetes.

    Without a choice commands work on the local mesh while one is running, else on the cluster of kubectl's kubeconfig.
    """
    ctx.obj = Given(mesh, kubeconfig, context_name)


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; exits with 0, 1 (refused, failed) or 2 (wrong usage)."""
    try:
        return cli.main(args=arguments, prog_name="lateen")
    except LateenError as error:
        click.echo(f"error: {error}", err=True)
        if error.fix:
            click.echo(f"  fix: {error.fix}", err=True)
        sys.exit(1)

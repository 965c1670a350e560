"""`lateen experimental workload`: machines outside Kubernetes, as `istioctl experimental workload` does it."""

import os
import shlex
import sys
from pathlib import Path
from typing import Any

import click
import yaml

from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.cli import authz, check_inject, precheck
from lateen.cli.connection import asynchronous, connected, settings_of
from lateen.kinds.object import Object

_CA_PORT, _XDS_PORT = 15013, 15012


@click.group()
def command() -> None:
    """What may still change: machines outside Kubernetes, who is injected, which policies a proxy has."""


command.add_command(check_inject.command)
command.add_command(authz.command, "authz")
command.add_command(precheck.command)


@command.group()
def workload() -> None:
    """Join machines outside Kubernetes to the mesh."""


@workload.group()
def group() -> None:
    """What machines have in common."""


@workload.group()
def entry() -> None:
    """One machine."""


@group.command()
@click.option("--name", required=True)
@click.option("-n", "--namespace", required=True)
@click.option("--labels", "-l", multiple=True, metavar="NAME=VALUE", help="Also several, separated by commas.")
@click.option("--ports", "-p", multiple=True, metavar="NAME=PORT")
@click.option("--serviceAccount", "-s", "account", default="default")
def create(name: str, namespace: str, labels: tuple[str, ...], ports: tuple[str, ...], account: str) -> None:
    """Print a WorkloadGroup."""
    template: dict[str, Any] = {"serviceAccount": account}
    if labels:
        template["labels"] = _pairs(labels)
    if ports:
        template["ports"] = {port: int(number) for port, number in _pairs(ports).items()}
    made = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "WorkloadGroup",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"template": template},
    }
    click.echo(yaml.safe_dump(made, sort_keys=False), nl=False)


@entry.command()
@click.option("-f", "--file", required=True, help="The WorkloadGroup.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="A folder for the machine.")
@click.option("--externalIP", "address", required=True, help="Where the mesh reaches the machine.")
@click.option("--name", default="", help="Of its WorkloadEntry (default: the group's, with the address).")
@click.option("--ingressIP", "ingress", default="", help="Where the machine reaches the control plane.")
@click.option("--tokenDuration", "seconds", default=3600, help="Seconds for which the machine's token holds.")
@click.pass_context
@asynchronous
async def configure(
    ctx: click.Context, file: str, output: Path, address: str, name: str, ingress: str, seconds: int
) -> None:
    """Write what a machine needs to join: its WorkloadEntry to be applied, and files for its proxy."""
    from lateen.inject.machine import entry_name, entry_of, environment_of
    from lateen.runtime.addressing import POD_GATEWAY

    settings = settings_of(ctx)
    found = _group(file)
    name = name or entry_name(found.name, address)
    env = environment_of(found, name, address)
    async with connected(settings) as client:
        token = await client.token(Key(found.namespace, env["SERVICE_ACCOUNT"]), ("istio-ca",), seconds=seconds)
    host = ingress or POD_GATEWAY
    env["CA_ADDR"] = f"{host}:{_CA_PORT}"
    mesh = {"defaultConfig": {"discoveryAddress": f"{host}:{_XDS_PORT}"}}
    output.mkdir(parents=True, exist_ok=True)
    (output / "workload-entry.yaml").write_text(yaml.safe_dump(entry_of(found, name, address), sort_keys=False))
    (output / "cluster.env").write_text("".join(f"{key}={shlex.quote(value)}\n" for key, value in env.items()))
    (output / "mesh.yaml").write_text(yaml.safe_dump(mesh))
    (output / "root-cert.pem").write_bytes((settings.pki / "mesh" / "root-cert.pem").read_bytes())
    _write_secret(output / "istio-token", token.reveal())
    click.echo(f"kubectl apply -f {output / 'workload-entry.yaml'}, and on the machine:")
    click.echo(f"lateen experimental workload entry run {output}")


@entry.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def run(folder: Path) -> None:
    """Run the proxy of this machine, as root, until it is told to stop."""
    from lateen.app.settings import child_environment

    # In a process whose environment is its own: gRPC reads some of it when it is first imported.
    command = [sys.executable, "-m", "lateen", "internal", "standalone", str(folder.resolve())]
    os.execve(sys.executable, command, child_environment())  # noqa: S606


def _group(file: str) -> Object:
    from lateen.cli.object_files import read_objects

    found = [one for one in read_objects([file]) if one.kind == "WorkloadGroup"]
    if len(found) != 1:
        raise LateenError(f"{file} holds {len(found)} WorkloadGroups", "give a file with one")
    return found[0]


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    pairs = (one.partition("=") for text in given for one in text.split(","))
    return {name: value for name, _, value in pairs}


def _write_secret(path: Path, data: bytes) -> None:
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)

"""`lateen x check-inject`: which pods get a proxy, and why the others do not, for one pod, a file or a namespace.

https://istio.io/latest/docs/ops/diagnostic-tools/check-inject/
"""

from typing import Any

import click

from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.cli.connection import asynchronous, connected, find, settings_of
from lateen.cli.tables import print_table
from lateen.inject.decision import STATUS, decide_anew
from lateen.inject.workload import TEMPLATES, template_of
from lateen.kinds.all import by_kind
from lateen.sources.client import Client
from lateen.sources.files import read_manifests

Raw = dict[str, Any]


@click.command("check-inject")
@click.argument("name", required=False, default="")
@click.option("-n", "--namespace", default="default", show_default=True)
@click.option("-l", "--labels", "selector", default="", help="Pods with these labels.")
@click.option("-f", "--filename", default="", help="Objects of files, in place of the mesh's.")
@click.pass_context
@asynchronous
async def command(ctx: click.Context, name: str, namespace: str, selector: str, filename: str) -> None:
    """Tell of each pod whether it has a proxy, whether a new one in its place would have one, and why."""
    if filename:
        raws = [document.raw for document in read_manifests([filename])]
        namespaces = {raw["metadata"]["name"]: raw for raw in raws if raw.get("kind") == "Namespace"}
        rows = [_row(raw, namespaces, namespace) for raw in raws if raw.get("kind") == "Pod" or template_of(raw)]
    else:
        async with connected(settings_of(ctx)) as client:
            own = await find(client, by_kind("Namespace"), Key("", namespace))
            if own is None:
                raise LateenError(f'namespaces "{namespace}" not found')
            pods = await _pods(client, name, namespace, selector)
        rows = [_row(pod, {namespace: own}, namespace) for pod in pods]
    if not rows:
        raise LateenError(f"no pods in namespace {namespace}" if not filename else f"no pods in {filename}")
    print_table(["NAME", "INJECTED", "NEW PODS", "REASON"], rows)


async def _pods(client: Client, name: str, namespace: str, selector: str) -> list[Raw]:
    if not name:
        return (await client.list(by_kind("Pod"), namespace, label_selector=selector)).items
    kind, slash, own = name.rpartition("/")
    if slash and kind.lower() not in ("pod", "pods", "po"):
        raise LateenError(f"{name}: a pod is wanted", f"for all of a namespace: lateen x check-inject -n {namespace}")
    own, _, where = own.partition(".")
    found = await find(client, by_kind("Pod"), Key(where or namespace, own))
    if found is None:
        raise LateenError(f'pods "{own}" not found in namespace {where or namespace}')
    return [found]


def _row(raw: Raw, namespaces: dict[str, Raw], default: str) -> list[str]:
    pod = raw if raw["kind"] == "Pod" else template_of(raw) or {}
    metadata = raw.get("metadata") or {}
    name = metadata.get("namespace") or default
    decision = decide_anew(pod, namespaces.get(name, {"metadata": {"name": name}}))
    has = STATUS in ((pod.get("metadata") or {}).get("annotations") or {})
    shown = metadata.get("name", "") if raw["kind"] not in TEMPLATES else f"{raw['kind'].lower()}/{metadata['name']}"
    return [f"{shown}.{name}", _mark(has), _mark(decision.inject), decision.reason]


def _mark(yes: bool) -> str:
    return "✔" if yes else "✘"

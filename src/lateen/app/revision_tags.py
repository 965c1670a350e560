"""Revision tags: names for revisions, by which namespaces choose their control plane; moving a tag moves them all.

https://istio.io/latest/docs/setup/upgrade/canary/#stable-revision-labels
"""

from typing import Any, NamedTuple

from lateen.app.installer import Installer
from lateen.base.clock import SystemClock
from lateen.base.errors import LateenError
from lateen.install.access import access
from lateen.install.manifest import Step
from lateen.install.parts import REVISION, Installation
from lateen.install.settings import settings
from lateen.install.webhooks import TAG, injector
from lateen.kinds.all import by_kind
from lateen.sources.client import Client
from lateen.sources.dynamic import Dynamic
from lateen.sources.webhook_kinds import MUTATING

Raw = dict[str, Any]


class RevisionTag(NamedTuple):
    """A tag, the revision that it stands for, and the namespaces that name it."""

    name: str
    revision: str
    namespaces: tuple[str, ...]


async def tags(client: Client) -> list[RevisionTag]:
    """List the tags of a cluster, by name."""
    named = await _namespaces(client)
    found = (await client.list(MUTATING, label_selector=TAG)).items
    rows = [(raw["metadata"]["labels"][TAG], raw["metadata"]["labels"].get(REVISION, "")) for raw in found]
    return [RevisionTag(name, revision, tuple(named.get(name, ()))) for name, revision in sorted(rows)]


async def set_tag(client: Client, name: str, revision: str, version: str, *, overwrite: bool = False) -> None:
    """Have a tag stand for a revision; raises LateenError for one that is not installed, or a tag that is taken."""
    taken = {tag.name: tag.revision for tag in await tags(client)}
    if taken.get(name, revision) != revision and not overwrite:
        raise LateenError(f"the tag {name!r} stands for revision {taken[name]!r}", "move it: --overwrite")
    known = await _revisions(client)
    if revision not in known:
        there = ", ".join(sorted(known)) or "none"
        raise LateenError(f"there is no control plane of revision {revision!r}", f"revisions are: {there}")
    others = sorted(tag for tag, stands_for in taken.items() if stands_for == revision and tag != name)
    installation = _installation(revision, [*others, name], version)
    # The control plane may change the tag's webhook by its name, and puts in what it is known by.
    roles = [raw for raw in access(installation) if raw["kind"] == "ClusterRole"]
    step = Step(f"Tag {name}", [*roles, injector(installation, name)])
    await Installer(client, SystemClock(), lambda line: None).install([step], 0)


async def remove_tag(client: Client, name: str) -> RevisionTag:
    """Remove a tag, and return what it was; raises LateenError where there is none."""
    found = next((tag for tag in await tags(client) if tag.name == name), None)
    if found is None:
        raise LateenError(f"there is no tag {name!r}", "lateen tag list")
    head = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": MUTATING.kind}
    await Dynamic(client).delete(head | {"metadata": {"name": f"istio-revision-tag-{name}"}})
    return found


def tag_manifest(name: str, revision: str, version: str) -> Raw:
    """Return the object that a tag is, for `kubectl apply`; the control plane puts in what it is known by."""
    return injector(_installation(revision, [name], version), name)


def _installation(revision: str, names: list[str], version: str) -> Installation:
    tree = settings(values=[] if revision == "default" else [f"revision={revision}"])
    tree["values"]["revisionTags"] = names
    return Installation(tree, version)


async def _revisions(client: Client) -> list[str]:
    found = (await client.list(MUTATING, label_selector=f"app=sidecar-injector,!{TAG}")).items
    return [raw["metadata"]["labels"][REVISION] for raw in found if REVISION in raw["metadata"]["labels"]]


async def _namespaces(client: Client) -> dict[str, list[str]]:
    """Namespaces by the revision or tag that they name; `istio-injection` names the default one."""
    named: dict[str, list[str]] = {}
    for raw in (await client.list(by_kind("Namespace"))).items:
        labels = raw["metadata"].get("labels") or {}
        chosen = "default" if labels.get("istio-injection") == "enabled" else labels.get(REVISION)
        if chosen:
            named.setdefault(chosen, []).append(raw["metadata"]["name"])
    return named

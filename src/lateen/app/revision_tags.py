"""Revision tags: names for revisions, by which namespaces choose their control plane; moving a tag moves them all.

https://istio.io/latest/docs/setup/upgrade/canary/#stable-revision-labels
"""

from collections.abc import Mapping
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
    await _apply(client, revision, name, taken | {name: revision}, version)
    if (before := taken.get(name)) not in (None, revision):
        await _apply(client, str(before), "", taken | {name: revision}, version)


async def remove_tag(client: Client, name: str, version: str) -> RevisionTag:
    """Remove a tag, and return what it was; raises LateenError where there is none."""
    known = {tag.name: tag for tag in await tags(client)}
    if name not in known:
        raise LateenError(f"there is no tag {name!r}", "lateen tag list")
    found = known.pop(name)
    head = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": MUTATING.kind}
    await Dynamic(client).delete(head | {"metadata": {"name": f"istio-revision-tag-{name}"}})
    await _apply(client, found.revision, "", {tag.name: tag.revision for tag in known.values()}, version)
    return found


async def _apply(client: Client, revision: str, name: str, stands_for: Mapping[str, str], version: str) -> None:
    """Make the webhook of the tag `name` ("" = none), and let the control plane change those of its tags by name: it
    puts in what it is known by."""
    installation = _installation(revision, sorted(tag for tag, of in stands_for.items() if of == revision), version)
    roles = [raw for raw in access(installation) if raw["kind"] == "ClusterRole"]
    step = Step(f"Tag {name}", [*roles, *([injector(installation, name)] if name else [])])
    await Installer(client, SystemClock(), lambda line: None).install([step], 0)


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

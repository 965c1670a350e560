"""Tell whether what was changed of the mesh's authority has reached whoever builds on it."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from lateen.app import root_config_maps
from lateen.app.settings import Settings
from lateen.base.clock import SystemClock
from lateen.base.errors import LateenError
from lateen.cli.connection import connected
from lateen.cli.windows import ask_each
from lateen.identity.authority import CertificateAuthority
from lateen.identity.authority_files import AuthorityFiles
from lateen.identity.trust import TrustBundle
from lateen.inject.decision import IGNORED_NAMESPACES
from lateen.kinds.all import by_kind
from lateen.sources.client import Client
from lateen.sources.webhook_kinds import MUTATING, VALIDATING

_PATIENCE, _PAUSE = 60.0, 0.5
_MOST = 5
_NAMESPACE = "istio-system"


async def reached(settings: Settings, before: AuthorityFiles, files: AuthorityFiles) -> None:
    """Wait until all proxies, and on a cluster who comes after them, have what the files say.

    Raises LateenError that names who has not after a minute.
    """
    clock = SystemClock()
    authority, old = (CertificateAuthority.of(each, clock) for each in (files, before))
    deadline = clock.monotonic() + _PATIENCE
    while lacking := await _lacking(settings, authority, old.trust):
        if clock.monotonic() > deadline:
            raise LateenError(
                f"not every proxy has the new certificates: {lacking}", "nothing is lost: run the stage again"
            )
        await clock.sleep(_PAUSE)


async def _lacking(settings: Settings, authority: CertificateAuthority, before: TrustBundle) -> str:
    answers = await ask_each(settings, "/debug/authority")
    if (lacking := lacking_of(answers, authority, before)) or settings.cluster is None:
        return lacking
    # On one machine an agent speaks for all proxies; here each pod has its own.
    proxies, agents = ({name for one in answers for name in one[what]} for what in ("proxies", "agents"))
    if deaf := proxies - agents:
        return f"proxies whose agents are away: {_some(deaf)}"
    async with connected(settings) as client:
        return await _unpublished(client, authority.trust.fingerprints)


def lacking_of(answers: Sequence[Mapping[str, Any]], authority: CertificateAuthority, before: TrustBundle) -> str:
    """Say what is not as `authority` is yet, of what the control plane's replicas tell; "" when all is."""
    for answer in answers:
        if answer["signer"] != authority.key_name or not believed(answer, before, authority.trust):
            return "the control plane has not taken the new files: see its log"
    late = {name for answer in answers for name in answer["late"]}
    return f"still without: {_some(late)}" if late else ""


def believed(answer: Mapping[str, Any], before: TrustBundle, after: TrustBundle) -> bool:
    """Say whether a control plane trusts what is to be trusted, and no more what is not: others beside it are those
    that the mesh's settings name."""
    roots = set(answer["roots"])
    gone = before.fingerprints - after.fingerprints
    return after.fingerprints <= roots and not gone & roots and answer["revoked"] == after.revoked.pem.decode()


async def _unpublished(client: Client, roots: frozenset[str]) -> str:
    """Say where new pods, or the API server that calls webhooks, would not find the roots; "" where all would."""
    selector = f"metadata.name={root_config_maps.NAME}"
    maps = {
        f"ConfigMap {one['metadata']['namespace']}/{root_config_maps.NAME}": root_config_maps.pem_of(one)
        for one in (await client.list(by_kind("ConfigMap"), field_selector=selector)).items
        if one["metadata"]["namespace"] not in IGNORED_NAMESPACES
    }
    hooks = {
        f"webhook {hook['name']}": base64.b64decode(hook["clientConfig"].get("caBundle", ""))
        for kind in (MUTATING, VALIDATING)
        for one in (await client.list(kind)).items
        for hook in one.get("webhooks") or ()
        if (hook["clientConfig"].get("service") or {}).get("namespace") == _NAMESPACE
    }
    late = {where for where, pem in (maps | hooks).items() if not roots <= _fingerprints(pem)}
    return f"still without the new root: {_some(late)}" if late else ""


def _fingerprints(pem: bytes) -> frozenset[str]:
    return TrustBundle.parse(pem).fingerprints if pem else frozenset()


def _some(names: set[str]) -> str:
    more = len(names) - _MOST
    return ", ".join(sorted(names)[:_MOST]) + (f" and {more} more" if more > 0 else "")

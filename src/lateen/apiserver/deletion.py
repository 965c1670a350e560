"""Decide what a deletion does: remove the object, or mark it and wait for its kubelet, finalizers or contents."""

from typing import Any, NamedTuple

from lateen.apiserver.options import refused, unsupported
from lateen.apiserver.status import bad_request
from lateen.base.clock import rfc3339
from lateen.kinds.spec import KindSpec

Raw = dict[str, Any]

FOREGROUND = "foregroundDeletion"
ORPHAN = "orphan"
_FINALIZER = {"Foreground": FOREGROUND, "Orphan": ORPHAN, "Background": ""}


class DeleteOptions(NamedTuple):
    """What a deletion asks for. `grace`: seconds, None = the object's own; `uid`, `version`: only if it has these."""

    grace: int | None = None
    propagation: str = "Background"
    uid: str = ""
    version: str = ""


def parse_options(body: Raw, query: dict[str, str]) -> DeleteOptions:
    """Read the options of a deletion from its body and query. Raises Refusal 400 and 422."""
    grace = body.get("gracePeriodSeconds", query.get("gracePeriodSeconds"))
    propagation = body.get("propagationPolicy") or query.get("propagationPolicy")
    orphan = body.get("orphanDependents")
    if propagation is not None and orphan is not None:
        why = "Invalid value: orphanDependents and propagationPolicy cannot be both set"
        raise refused("DeleteOptions", "propagationPolicy", "FieldValueInvalid", why)
    if propagation is None:
        orphan = query.get("orphanDependents") == "true" if orphan is None else orphan
        propagation = "Orphan" if orphan else "Background"
    if propagation not in _FINALIZER:
        raise unsupported("DeleteOptions", "propagationPolicy", str(propagation), *_FINALIZER)
    try:
        seconds = None if grace is None else int(grace)
    except (TypeError, ValueError):
        raise bad_request(f"gracePeriodSeconds {grace!r} is not a number") from None
    preconditions = body.get("preconditions") or {}
    return DeleteOptions(
        seconds, propagation, preconditions.get("uid") or "", preconditions.get("resourceVersion") or ""
    )


def marked(kind: KindSpec, raw: Raw, options: DeleteOptions, now: float) -> Raw | None:
    """Return the object as marked for deletion (maybe unchanged), or None when it is to be removed at once."""
    meta = dict(raw["metadata"])
    if (finalizer := _FINALIZER[options.propagation]) and finalizer not in meta.get("finalizers", ()):
        meta["finalizers"] = [*meta.get("finalizers", ()), finalizer]
    grace = _grace(kind, raw, options)
    if not _waits(kind, raw, meta, grace):
        return None
    already = meta.get("deletionGracePeriodSeconds", 0) if "deletionTimestamp" in meta else None
    if already is None or grace < already:
        meta["deletionTimestamp"] = rfc3339(now + grace)
        meta["deletionGracePeriodSeconds"] = grace
    after = raw | {"metadata": meta}
    return (
        after | {"status": (raw.get("status") or {}) | {"phase": "Terminating"}} if kind.kind == "Namespace" else after
    )


def _waits(kind: KindSpec, raw: Raw, meta: Raw, grace: int) -> bool:
    contents = kind.kind == "Namespace" and raw.get("spec", {}).get("finalizers")
    return bool(grace or meta.get("finalizers") or contents)


def _grace(kind: KindSpec, raw: Raw, options: DeleteOptions) -> int:
    """Only a pod that a node may still run ends gracefully; the node says when it has ended, by a grace of 0."""
    if kind.kind != "Pod" or kind.group:
        return 0
    spec, status = raw.get("spec", {}), raw.get("status", {})
    if not spec.get("nodeName") or status.get("phase") in ("Succeeded", "Failed"):
        return 0
    own = spec.get("terminationGracePeriodSeconds", 30)
    return max(0, own if options.grace is None else options.grace)


def finished(raw: Raw) -> bool:
    """Say whether an object marked for deletion has nothing left to wait for."""
    meta = raw["metadata"]
    waits = meta.get("finalizers") or meta.get("deletionGracePeriodSeconds") or _contents(raw)
    return "deletionTimestamp" in meta and not waits


def _contents(raw: Raw) -> bool:
    return raw.get("kind") == "Namespace" and bool(raw.get("spec", {}).get("finalizers"))

"""Set and guard the part of an object's metadata that belongs to the server."""

import secrets
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from lateen.apiserver.status import bad_request, conflict, invalid
from lateen.apiserver.versions import counts_generations, same_wish
from lateen.base.clock import rfc3339
from lateen.base.refs import Key
from lateen.kinds.spec import KindSpec

Raw = dict[str, Any]

_SERVERS = frozenset(
    {"uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink"}
)
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"  # what Kubernetes' generated names are made of: no vowels, no words


# Finalizers without a domain, which Kubernetes itself uses.
_FINALIZERS = frozenset({"foregroundDeletion", "orphan", "kubernetes"})


def metadata_causes(raw: Raw) -> list[Raw]:
    """What Kubernetes refuses in metadata beside names and labels: finalizers that name no domain, nameless owners,
    two controllers; as causes of a 422."""
    meta = raw.get("metadata") or {}
    return [*_finalizer_causes(meta.get("finalizers") or ()), *_owner_causes(meta.get("ownerReferences") or ())]


def _finalizer_causes(finalizers: Iterable[Any]) -> Iterator[Raw]:
    for index, finalizer in enumerate(finalizers):
        if finalizer not in _FINALIZERS and "/" not in str(finalizer):
            why = "name is neither a standard finalizer name nor is it fully qualified"
            yield _cause(f"metadata.finalizers[{index}]", f'Invalid value: "{finalizer}": {why}')


def _owner_causes(references: Iterable[Any]) -> Iterator[Raw]:
    owners = [owner for owner in references if isinstance(owner, dict)]
    for index, owner in enumerate(owners):
        for field in ("apiVersion", "kind", "name", "uid"):
            if not owner.get(field):
                yield _cause(f"metadata.ownerReferences[{index}].{field}", 'Invalid value: "": must not be empty')
    if sum(owner.get("controller") is True for owner in owners) > 1:
        why = "only one reference can have controller set to true"
        yield _cause("metadata.ownerReferences", f"Invalid value: {why}")


def _cause(field: str, message: str) -> Raw:
    return {"reason": "FieldValueInvalid", "message": message, "field": field}


def placed(kind: KindSpec, namespace: str, raw: Raw) -> Raw:
    """Return a request's object in the namespace of its URL, without nulls, named when it asks for a name."""
    meta = raw.get("metadata")
    meta = dict(meta) if isinstance(meta, dict) else {}
    if kind.namespaced:
        if meta.get("namespace", namespace) != namespace:
            raise bad_request(
                f"the namespace of the provided object does not match the namespace sent on the request "
                f"({meta['namespace']} is not {namespace})"
            )
        meta["namespace"] = namespace
    if not meta.get("name") and isinstance(meta.get("generateName"), str) and meta["generateName"]:
        meta["name"] = meta["generateName"] + generated_suffix()
    if not meta.get("name"):
        cause = {"reason": "FieldValueRequired", "message": "Required value: name or generateName is required"}
        raise invalid(kind.group, kind.kind, "", [cause | {"field": "metadata.name"}])
    cleaned: Raw = without_nulls(raw | {"metadata": meta})
    return cleaned


def without_nulls(value: Any) -> Any:
    """Return a value without the members that are null: null says "not set"."""
    if isinstance(value, dict):
        return {name: without_nulls(member) for name, member in value.items() if member is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def generated_suffix() -> str:
    """Five random characters, as Kubernetes puts behind `generateName`."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(5))


def born(kind: KindSpec, raw: Raw, now: float) -> Raw:
    """Return a new object with what the server sets: uid, time of creation, generation."""
    given = raw["metadata"]
    if given.get("resourceVersion"):
        raise bad_request("resourceVersion should not be set on objects to be created")
    meta = {name: value for name, value in given.items() if name not in _SERVERS and name != "managedFields"}
    meta |= {"uid": str(uuid.uuid4()), "creationTimestamp": rfc3339(now)}
    if counts_generations(kind):
        meta["generation"] = 1
    return raw | {"metadata": meta}


def continued(kind: KindSpec, before: Raw, after: Raw) -> Raw:
    """Return an object to be stored over `before`, with what the server keeps. Raises Refusal 409 when it is not it."""
    old, new = before["metadata"], after["metadata"]
    _check_precondition(kind, old, new)
    meta = {name: value for name, value in new.items() if name not in _SERVERS}
    meta |= {name: value for name, value in old.items() if name in _SERVERS}
    meta["resourceVersion"] = old["resourceVersion"]
    if counts_generations(kind) and not same_wish(before, after):
        meta["generation"] = old.get("generation", 1) + 1
    return after | {"metadata": meta}


def _check_precondition(kind: KindSpec, old: Raw, new: Raw) -> None:
    name = old["name"]
    if new.get("name") != name:
        raise bad_request(f"the name of the object ({new.get('name')}) does not match the name on the URL ({name})")
    if new.get("uid") and new["uid"] != old["uid"]:
        why = f"Precondition failed: UID in precondition: {new['uid']}, UID in object meta: {old['uid']}"
        raise conflict(kind.group, kind.plural, name, why)
    if new.get("resourceVersion") and new["resourceVersion"] != old["resourceVersion"]:
        why = "the object has been modified; please apply your changes to the latest version and try again"
        raise conflict(kind.group, kind.plural, name, why)


def key_of(kind: KindSpec, raw: Raw) -> Key:
    """The key that an object is stored under."""
    meta = raw["metadata"]
    return Key(meta["namespace"] if kind.namespaced else "", meta["name"])

"""What may change or refuse an object on its way in: the list of admissions, and those that are built in."""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from lateen.apiserver.status import Refusal, forbidden, not_found
from lateen.apiserver.token_mounts import mount_token
from lateen.apiserver.user import User
from lateen.base.refs import Key
from lateen.kinds.all import by_kind
from lateen.kinds.spec import KindSpec

Raw = dict[str, Any]
Operation = Literal["CREATE", "UPDATE", "DELETE"]
Lookup = Callable[[KindSpec, Key], Raw | None]


class Stored:
    """What is stored as it stands: called with a kind and a key the object, None when there is none."""

    def __init__(self, find: Lookup, listed: Callable[[KindSpec, str], list[Raw]]) -> None:
        self._find = find
        self.listed = listed
        """All of a kind in a namespace."""

    def __call__(self, kind: KindSpec, key: Key, /) -> Raw | None:
        return self._find(kind, key)


# Takes an object and returns it as it shall be (it does not change the one it is given); raises Refusal, or
# LateenError for a refusal in plain words (403).
Admission = Callable[[Operation, KindSpec, Raw, Stored], Raw]


class Attempt(NamedTuple):
    """A write that is about to be stored: who makes it of what, out of what (None: it is new)."""

    user: User
    kind: KindSpec
    before: Raw | None
    after: Raw
    subresource: str = ""


# Has the last word on what somebody writes: returns the object as it shall be, or raises Refusal.
Guard = Callable[[Attempt], Raw]

KEPT_NAMESPACES = frozenset({"default", "kube-system", "kube-public"})


def living_namespace(operation: Operation, kind: KindSpec, raw: Raw, lookup: Lookup) -> Raw:
    """Refuse new objects in a namespace that does not exist or is being deleted, and the deletion of some."""
    meta = raw["metadata"]
    if operation == "DELETE" and kind.kind == "Namespace" and meta["name"] in KEPT_NAMESPACES:
        raise forbidden("", "namespaces", meta["name"], "this namespace may not be deleted")
    if operation == "CREATE" and kind.namespaced:
        namespace = lookup(by_kind("Namespace"), Key("", meta["namespace"]))
        if namespace is None:
            raise not_found("", "namespaces", meta["namespace"])
        if "deletionTimestamp" in namespace["metadata"]:
            why = f"unable to create new content in namespace {meta['namespace']} because it is being terminated"
            raise _terminating(kind, meta, why)
    return raw


def _terminating(kind: KindSpec, meta: Raw, why: str) -> Refusal:
    refusal = forbidden(kind.group, kind.plural, meta.get("name", ""), why)
    cause = {"reason": "NamespaceTerminating", "message": why, "field": "metadata.namespace"}
    refusal.details["causes"] = [cause]
    return refusal


def service_account(operation: Operation, kind: KindSpec, raw: Raw, lookup: Lookup) -> Raw:
    """Give a new pod the service account `default` when it names none, and its token; refuse one that does not exist.

    As on Kubernetes it runs again behind admissions that change the pod: containers that they add get the token too.
    """
    if operation != "CREATE" or (kind.group, kind.kind) != ("", "Pod"):
        return raw
    meta, spec = raw["metadata"], raw["spec"]
    name = spec.get("serviceAccountName") or spec.get("serviceAccount") or "default"
    account = lookup(by_kind("ServiceAccount"), Key(meta["namespace"], name))
    if account is None:
        why = f'error looking up service account {meta["namespace"]}/{name}: serviceaccount "{name}" not found'
        raise forbidden("", "pods", meta.get("name", ""), why)
    return raw | {"spec": mount_token(spec, account) | {"serviceAccountName": name, "serviceAccount": name}}


def node_name(name: str) -> Admission:
    """Make the admission that schedules: on one machine every new pod goes to the node `name`."""

    def schedule(operation: Operation, kind: KindSpec, raw: Raw, lookup: Lookup) -> Raw:
        if operation != "CREATE" or (kind.group, kind.kind) != ("", "Pod") or raw["spec"].get("nodeName"):
            return raw
        return raw | {"spec": raw["spec"] | {"nodeName": name}}

    return schedule

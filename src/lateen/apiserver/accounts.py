"""Issue tokens for service accounts (the subresource token)."""

from typing import Any

from lateen.apiserver.admission import Lookup
from lateen.apiserver.status import bad_request, conflict, forbidden, not_found
from lateen.apiserver.tokens import AUDIENCE, Reference, Subject, TokenKey
from lateen.apiserver.user import NODES, User
from lateen.base.clock import Clock, rfc3339
from lateen.base.refs import Key
from lateen.kinds.all import by_kind

Raw = dict[str, Any]

SHORTEST, LONGEST = 600, 2**32  # seconds, as Kubernetes bounds them
NODE_PREFIX = "system:node:"


class Tokens:
    """Makes tokens for service accounts that exist, bound to pods that exist."""

    def __init__(self, key: TokenKey, lookup: Lookup, clock: Clock) -> None:
        self._key, self._lookup, self._clock = key, lookup, clock

    def issue(self, user: User, account: Key, request: Raw) -> Raw:
        """Return the TokenRequest with its token. A node gets only those of pods that run on it (403)."""
        spec = request.get("spec") or {}
        found = self._lookup(by_kind("ServiceAccount"), account)
        if found is None:
            raise not_found("", "serviceaccounts", account.name)
        bound = spec.get("boundObjectRef")
        pod = self._pod(account, bound) if bound else None
        _check_node(user, account, pod)
        subject = _subject(account, found, pod, self._lookup)
        seconds, audiences = _seconds(spec), tuple(spec.get("audiences") or (AUDIENCE,))
        now = self._clock.now()
        token = self._key.sign(subject, audiences, now, seconds)
        filled = spec | {"audiences": list(audiences), "expirationSeconds": seconds}
        status = {"token": token, "expirationTimestamp": rfc3339(now + seconds)}
        return {
            "kind": "TokenRequest",
            "apiVersion": "authentication.k8s.io/v1",
            "metadata": {"name": account.name, "namespace": account.namespace},
            "spec": filled,
            "status": status,
        }

    def _pod(self, account: Key, bound: Raw) -> Raw:
        name, uid = bound.get("name", ""), bound.get("uid", "")
        if bound.get("kind") != "Pod":
            raise bad_request("spec.boundObjectRef: only tokens bound to a Pod are issued")
        pod = self._lookup(by_kind("Pod"), Key(account.namespace, name))
        if pod is None:
            raise not_found("", "pods", name)
        if uid and pod["metadata"]["uid"] != uid:
            why = f"the UID in the bound object reference ({uid}) does not match the UID in record"
            raise conflict("", "pods", name, why)
        if pod["spec"].get("serviceAccountName") != account.name:
            raise bad_request(f"pod {name} does not run as the service account {account.name}")
        return pod


def _check_node(user: User, account: Key, pod: Raw | None) -> None:
    if NODES not in user.groups:
        return
    node = user.name.removeprefix(NODE_PREFIX)
    if pod is None:
        raise forbidden("", "serviceaccounts", account.name, "a node may only request tokens bound to a pod")
    if pod["spec"].get("nodeName") != node:
        raise forbidden("", "serviceaccounts", account.name, f"the pod does not run on the node {node}")


def _subject(account: Key, found: Raw, pod: Raw | None, lookup: Lookup) -> Subject:
    reference = Reference(account.name, found["metadata"]["uid"])
    if pod is None:
        return Subject(account.namespace, reference)
    bound = Reference(pod["metadata"]["name"], pod["metadata"]["uid"])
    name = pod["spec"].get("nodeName")
    node = lookup(by_kind("Node"), Key("", name)) if name else None
    uid = node["metadata"]["uid"] if node else ""
    return Subject(account.namespace, reference, bound, Reference(name, uid) if name else None)


def _seconds(spec: Raw) -> int:
    seconds = spec.get("expirationSeconds") or 3600
    if not isinstance(seconds, int) or not SHORTEST <= seconds <= LONGEST:
        raise bad_request("spec.expirationSeconds: may not be less than 10 minutes, nor more than 2^32 seconds")
    return seconds

"""Give ClusterRoles with an aggregationRule the rules of all ClusterRoles that it selects."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from lateen.apiserver.grants import CLUSTER_ROLES
from lateen.apiserver.objects import Objects, Write
from lateen.apiserver.selectors import Requirement
from lateen.base.refs import Key
from lateen.kinds.all import by_kind

Raw = dict[str, Any]

_WRITE = Write("clusterrole-aggregation-controller", "rbac.authorization.k8s.io/v1")
_OPERATORS = {"In": "in", "NotIn": "notin", "Exists": "exists", "DoesNotExist": "absent"}


def aggregate(objects: Objects, changed: Iterable[Key]) -> None:
    """Write the rules of every role that aggregates, where they are not what they should be."""
    kind = by_kind("ClusterRole")
    roles = [msgspec.json.decode(body) for _, body in objects.storage.objects(CLUSTER_ROLES)]
    for role in roles:
        if not role.get("aggregationRule"):
            continue
        rules = list(_unique(rule for other in roles if _selects(role, other) for rule in other.get("rules") or ()))
        if rules != (role.get("rules") or []):
            objects.update(kind, Key("", role["metadata"]["name"]), _with(rules), _WRITE)


def _with(rules: list[Raw]) -> Any:
    return lambda live: live | {"rules": rules}


def _unique(rules: Iterable[Raw]) -> Iterator[Raw]:
    seen: set[bytes] = set()
    for rule in rules:
        text = msgspec.json.encode(rule, order="sorted")
        if text not in seen:
            seen.add(text)
            yield rule


def _selects(role: Raw, other: Raw) -> bool:
    if other is role:
        return False
    labels = other["metadata"].get("labels") or {}
    selectors = role["aggregationRule"].get("clusterRoleSelectors") or ()
    return any(all(requirement.met(labels) for requirement in _requirements(selector)) for selector in selectors)


def _requirements(selector: Raw) -> Iterator[Requirement]:
    for key, value in (selector.get("matchLabels") or {}).items():
        yield Requirement(key, "in", frozenset({value}))
    for expression in selector.get("matchExpressions") or ():
        yield Requirement(
            expression["key"], _OPERATORS[expression["operator"]], frozenset(expression.get("values") or ())
        )

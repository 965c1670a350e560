"""What a role's rules allow, compiled from its object; and whether some rules hold everything that others do."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

# https://kubernetes.io/docs/reference/access-authn-authz/rbac/#role-and-clusterrole
ALL = "*"


class Attributes(NamedTuple):
    """One request. `verb` as in RBAC (get, list, watch, create, update, patch, delete, deletecollection …).

    `path` is set, and all but the verb is not, for a request that is for no resource.
    """

    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""


class Rule(NamedTuple):
    """One permission; `resources` as `pods`, `pods/log`, `*/scale`, `*`; no `names`: every object."""

    verbs: frozenset[str]
    groups: frozenset[str] = frozenset()
    resources: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()

    def allows(self, asked: Attributes) -> bool:
        """Say whether the rule covers what is asked."""
        if asked.verb not in self.verbs and ALL not in self.verbs:
            return False
        if asked.path:
            return any(_path_matches(path, asked.path) for path in self.paths)
        if asked.group not in self.groups and ALL not in self.groups:
            return False
        return self._has(asked.resource, asked.subresource) and (not self.names or asked.name in self.names)

    def _has(self, resource: str, subresource: str) -> bool:
        if ALL in self.resources:
            return True
        if not subresource:
            return resource in self.resources
        return f"{resource}/{subresource}" in self.resources or f"*/{subresource}" in self.resources

    def raw(self) -> dict[str, Any]:
        """The rule as reviews show it."""
        fields = {
            "verbs": self.verbs,
            "apiGroups": self.groups,
            "resources": self.resources,
            "resourceNames": self.names,
            "nonResourceURLs": self.paths,
        }
        return {name: sorted(values) for name, values in fields.items() if values}


EVERYTHING = (
    Rule(frozenset({ALL}), frozenset({ALL}), frozenset({ALL})),
    Rule(frozenset({ALL}), paths=frozenset({ALL})),
)


def compiled(rules: Iterable[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """The rules of a Role or ClusterRole as it is stored."""
    fields = ("verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs")
    return tuple(Rule(*(frozenset(rule.get(field) or ()) for field in fields)) for rule in rules)


def missing(owned: Iterable[Rule], wanted: Iterable[Rule]) -> list[Rule]:
    """What of `wanted` the rules `owned` do not hold, each as a rule of one verb on one thing."""
    have = tuple(owned)
    return [part for rule in wanted for part in _parts(rule) if not any(_holds(own, part) for own in have)]


def _parts(rule: Rule) -> Iterator[Rule]:
    """A rule taken apart: one verb, one group, one resource, at most one name; or one verb on one path."""
    for verb, path in product(rule.verbs, rule.paths):
        yield Rule(frozenset({verb}), paths=frozenset({path}))
    for verb, group, resource, name in product(rule.verbs, rule.groups, rule.resources, rule.names or ("",)):
        names = frozenset({name} if name else ())
        yield Rule(frozenset({verb}), frozenset({group}), frozenset({resource}), names)


def _holds(own: Rule, part: Rule) -> bool:
    """Say whether `own` holds a part. A "*" is held only by a "*": what it stands for may grow."""
    if not _within(part.verbs, own.verbs):
        return False
    if part.paths:
        return all(any(_path_matches(path, wanted) for path in own.paths) for wanted in part.paths)
    if own.names and not (part.names and part.names <= own.names):
        return False
    return _within(part.groups, own.groups) and _has_resource(own, *part.resources)


def _within(wanted: frozenset[str], own: frozenset[str]) -> bool:
    return ALL in own or wanted <= own


def _has_resource(own: Rule, resource: str) -> bool:
    if resource in own.resources or ALL in own.resources:
        return True
    _, slash, subresource = resource.partition("/")
    return bool(slash) and f"*/{subresource}" in own.resources


def _path_matches(path: str, asked: str) -> bool:
    return path == asked or (path.endswith(ALL) and asked.startswith(path[:-1]))

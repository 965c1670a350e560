"""Read and match label and field selectors, as they stand in a request's query."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from lateen.apiserver.status import Refusal, bad_request
from lateen.base.refs import Key

# https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
_KEY = r"(?P<key>\w[\w./-]*)"
_SET = re.compile(_KEY + r"\s+(?P<op>in|notin)\s*\((?P<values>[^()]*)\)")
_PAIR = re.compile(_KEY + r"\s*(?P<op>==|=|!=)\s*(?P<value>[\w.-]*)")
_EXISTS = re.compile(r"(?P<not>!?)\s*" + _KEY)
_ORDER = re.compile(_KEY + r"\s*(?P<op>[<>])\s*(?P<value>\d+)")
_COMMA = re.compile(r",(?![^(]*\))")


class Requirement(NamedTuple):
    """One condition on labels; `op` is in, notin, exists, absent, gt or lt."""

    key: str
    op: str
    values: frozenset[str] = frozenset()

    def met(self, labels: Mapping[str, str]) -> bool:
        """Say whether `labels` meet the condition; a missing label meets `notin`."""
        value = labels.get(self.key)
        match self.op:
            case "in":
                return value in self.values
            case "notin":
                return value not in self.values
            case "exists":
                return value is not None
            case "absent":
                return value is None
        bound = int(next(iter(self.values)))
        number = int(value) if value is not None and re.fullmatch(r"-?\d+", value) else None
        return number is not None and (number > bound if self.op == "gt" else number < bound)


class Selector(NamedTuple):
    """What a list or watch wants to see. Empty: everything."""

    labels: tuple[Requirement, ...] = ()
    fields: tuple[tuple[str, str, bool], ...] = ()  # (path, value, equal)

    def matches(self, raw: Mapping[str, Any]) -> bool:
        """Say whether an object meets every condition."""
        labels = raw["metadata"].get("labels") or {}
        return all(requirement.met(labels) for requirement in self.labels) and all(
            (_field(raw, path) == value) is equal for path, value, equal in self.fields
        )

    @property
    def name(self) -> str:
        """The one name that the field selector asks for, "" when it does not."""
        return next((value for path, value, equal in self.fields if path == "metadata.name" and equal), "")

    def __bool__(self) -> bool:
        return bool(self.labels or self.fields)


def parse_selector(labels: str, fields: str, key: Key | None = None) -> Selector:
    """Parse both selectors of a request; `key` narrows them to one name. Raises Refusal 400."""
    named = ((("metadata.name", key.name, True),) if key and key.name else ()) + parse_fields(fields)
    return Selector(parse_labels(labels), named)


def parse_labels(text: str) -> tuple[Requirement, ...]:
    """Parse a label selector such as `app=web,tier in (a, b),!old`."""
    return tuple(_requirement(part.strip(), text) for part in _COMMA.split(text) if text.strip())


def _requirement(part: str, text: str) -> Requirement:
    if match := _SET.fullmatch(part):
        values = frozenset(value.strip() for value in match["values"].split(","))
        return Requirement(match["key"], match["op"], values)
    if match := _PAIR.fullmatch(part):
        return Requirement(match["key"], "notin" if match["op"] == "!=" else "in", frozenset({match["value"]}))
    if match := _EXISTS.fullmatch(part):
        return Requirement(match["key"], "absent" if match["not"] else "exists")
    if match := _ORDER.fullmatch(part):
        return Requirement(match["key"], "gt" if match["op"] == ">" else "lt", frozenset({match["value"]}))
    raise bad_request(f'unable to parse requirement "{part}" of label selector "{text}"')


def parse_fields(text: str) -> tuple[tuple[str, str, bool], ...]:
    """Parse a field selector such as `metadata.name=web,status.phase!=Running`."""
    return tuple(_field_condition(part.strip()) for part in text.split(",") if part.strip())


def _field_condition(part: str) -> tuple[str, str, bool]:
    for sign, equal in (("!=", False), ("==", True), ("=", True)):
        path, found, value = part.partition(sign)
        if found:
            return path.strip(), value.strip(), equal
    raise bad_request(f'invalid field selector: "{part}"; can\'t understand it')


# What Kubernetes lets a field selector ask for: metadata.name and .namespace of every kind, and these.
_SELECTABLE: Mapping[str, frozenset[str]] = {
    "Pod": frozenset(
        {
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.nominatedNodeName",
        }
    ),
    "Event": frozenset(
        {
            *(
                f"involvedObject.{field}"
                for field in ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")
            ),
            "reason",
            "reportingComponent",
            "source",
            "type",
        }
    ),
    "Secret": frozenset({"type"}),
    "Namespace": frozenset({"status.phase"}),
    "Node": frozenset({"spec.unschedulable"}),
    "ReplicaSet": frozenset({"status.replicas"}),
    "Service": frozenset({"spec.clusterIP", "spec.type"}),
}


def check_fields(kind: str, selector: Selector) -> None:
    """Refuse a field selector over fields that the kind cannot be selected by, as Kubernetes does."""
    allowed = _SELECTABLE.get(kind, frozenset()) | {"metadata.name", "metadata.namespace"}
    for path, _, _ in selector.fields:
        if path not in allowed:
            raise Refusal(400, f"field label not supported: {path}")


def _field(raw: Mapping[str, Any], path: str) -> str:
    value: Any = raw
    if path == "source":
        path = "source.component"
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "false" if path in ("spec.hostNetwork", "spec.unschedulable") else ""
    return str(value)

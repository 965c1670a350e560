"""How the lists of an object merge: by which key, as a set, or not at all."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

# Source: the patch strategies and list types that Kubernetes' API reference states for each field.
# "name": items merge by that field; "port+protocol": by both when applying, by the first when patching;
# "*": a set of plain values. Lists not named here are replaced whole.
_SET = "*"
# A map that is owned and replaced whole.
_ATOMIC = "="

_METADATA = {"metadata.finalizers": _SET, "metadata.ownerReferences": "uid"}

_CONTAINER = {
    "env": "name",
    "ports": "containerPort+protocol",
    "volumeMounts": "mountPath",
    "volumeDevices": "devicePath",
    "resources.claims": "name",
    "resizePolicy": "resourceName",
}

_POD = {
    **{
        f"{containers}{field}": rule
        for containers in ("containers", "initContainers", "ephemeralContainers")
        for field, rule in ({"": "name"} | {f".{field}": rule for field, rule in _CONTAINER.items()}).items()
    },
    "volumes": "name",
    "imagePullSecrets": "name",
    "hostAliases": "ip",
    "topologySpreadConstraints": "topologyKey+whenUnsatisfiable",
    "resourceClaims": "name",
    "schedulingGates": "name",
}

_CONDITIONS = {"status.conditions": "type"}
_TEMPLATE = {f"spec.template.{path}": rule for path, rule in _METADATA.items()} | {
    f"spec.template.spec.{path}": rule for path, rule in _POD.items()
}

_RULES: Mapping[tuple[str, str], dict[str, str]] = {
    ("", "Pod"): {f"spec.{path}": rule for path, rule in _POD.items()}
    | _CONDITIONS
    | {"status.podIPs": "ip", "status.hostIPs": "ip"},
    ("", "Service"): {"spec.ports": "port+protocol", "spec.selector": _ATOMIC} | _CONDITIONS,
    ("", "ServiceAccount"): {"secrets": "name", "imagePullSecrets": "name"},
    ("", "Namespace"): _CONDITIONS,
    ("", "Node"): _CONDITIONS | {"status.addresses": "type", "spec.podCIDRs": _SET},
    ("apps", "Deployment"): _TEMPLATE | _CONDITIONS | {"spec.selector": _ATOMIC},
    ("apps", "ReplicaSet"): _TEMPLATE | _CONDITIONS | {"spec.selector": _ATOMIC},
}

_KEY_DEFAULTS = {"protocol": "TCP"}


class Rule(NamedTuple):
    """How one list merges: by `keys` of its items, or as a set of plain values."""

    keys: tuple[str, ...] = ()
    is_set: bool = False

    def key_of(self, item: Mapping[str, Any]) -> str:
        """Name an item by its keys, as JSON; the same text that `fieldsV1` uses behind `k:`."""
        named = {key: item.get(key, _KEY_DEFAULTS.get(key)) for key in self.keys}
        return json.dumps(
            {key: value for key, value in sorted(named.items()) if value is not None}, separators=(",", ":")
        )

    def holds(self, items: Any) -> bool:
        """Say whether `items` can be merged by this rule: a list whose items are what the rule expects."""
        if not isinstance(items, list):
            return False
        if self.is_set:
            return not any(isinstance(item, dict | list) for item in items)
        return all(isinstance(item, dict) and self.keys[0] in item for item in items)


class Shape(NamedTuple):
    """A place in objects of one kind."""

    rules: Mapping[str, str]
    path: str = ""

    def child(self, name: str) -> "Shape":
        """The place of the member `name`. Items of a list stand at the list's own place."""
        return Shape(self.rules, f"{self.path}.{name}" if self.path else name)

    @property
    def is_atomic(self) -> bool:
        """Whether a map at this place is owned and replaced whole."""
        return self.rules.get(self.path) == _ATOMIC

    @property
    def rule(self) -> Rule | None:
        """How a list at this place merges; None: it is replaced whole."""
        text = self.rules.get(self.path)
        if text is None or text == _ATOMIC:
            return None
        return Rule(is_set=True) if text == _SET else Rule(tuple(text.split("+")))


def shape_of(group: str, kind: str) -> Shape:
    """The shape of whole objects of a kind; for kinds not built into Kubernetes only metadata merges."""
    return Shape(_METADATA | _RULES.get((group, kind), {}))

"""The values of the charts, and their schemas: Helm refuses what they do not know.

https://helm.sh/docs/topics/charts/#schema-files
"""

import json
from collections.abc import Mapping
from typing import Any

import yaml

from lateen.install.idle import without_idle
from lateen.install.settings import PROFILES, Tree, defaults, is_open, overlay

Json = dict[str, Any]

_PARTS = ("global", "pilot", "sidecarInjectorWebhook", "revisionTags", "defaultRevision")
_ISTIOD_HEAD = """# Say at the top level what you want otherwise, by these names:
# `--set meshConfig.accessLogFile=/dev/stdout`. What is below `pilot` may be said without it: `--set replicaCount=2`.
# Nothing is to be said below `defaults`.
"""
# Numbers or percentages.
_SURGE = ("values.pilot.rollingMaxSurge", "values.pilot.rollingMaxUnavailable")
_UNOFFERED = ("values.pilot.cni.enabled",)


def istiod_values() -> str:
    """Return the control plane's values.yaml."""
    text: str = yaml.safe_dump({"profile": "", "defaults": _istiod_defaults()}, sort_keys=False, width=120)
    return _ISTIOD_HEAD + text


def istiod_profiles() -> dict[str, str]:
    """Return what profiles say of the control plane, by file."""
    names = [name for name in PROFILES if name != "empty"]
    return {f"{name}.yaml": yaml.safe_dump(_chosen(overlay(name)), sort_keys=False) for name in names}


def istiod_schema() -> str:
    """Return the schema of the control plane's values."""
    known = _istiod_defaults()
    parts = {name: schema(value, _path(name)) for name, value in known.items()}
    flat = parts["pilot"]["properties"]
    own = {"defaults": {"type": "object"}, "profile": {"type": "string"}, "enabled": {"type": "boolean"}}
    parts["global"]["additionalProperties"] = True  # other charts of an umbrella have their own
    return _written({"type": "object", "properties": own | flat | parts, "additionalProperties": False})


def base_schema() -> str:
    """Return the schema of the values of the chart `base`: who checks objects without a revision is said to istiod."""
    known = json.loads(schema_of({}, ()))
    known["properties"]["defaultRevision"] = {"enum": ["", "default"]}
    return json.dumps(known, indent=2) + "\n"


def schema_of(values: Mapping[str, Any], open_paths: tuple[str, ...]) -> str:
    """Return the schema of a values.yaml; what is below `open_paths` is Kubernetes' or the user's."""
    properties = {name: {} if name in open_paths else schema(value, name) for name, value in values.items()}
    own = {"global": {"type": "object"}, "enabled": {"type": "boolean"}}
    return _written({"type": "object", "properties": own | properties, "additionalProperties": False})


def schema(value: Any, path: str) -> Json:
    """Return the schema of a value by its default."""
    if isinstance(value, dict):
        if not value or is_open(path):
            return {"type": "object"}
        properties = {name: schema(below, f"{path}.{name}") for name, below in value.items()}
        return {"type": "object", "properties": properties, "additionalProperties": False}
    if isinstance(value, bool):
        return {"type": "boolean"} | ({"enum": [False]} if path in _UNOFFERED else {})
    if isinstance(value, int | float):
        return {"type": "number" if isinstance(value, float) else "integer"}
    if isinstance(value, list):
        return {"type": "array"}
    return {"type": ["string", "integer"] if path in _SURGE else "string"}


def _written(schema: Json) -> str:
    return json.dumps({"$schema": "http://json-schema.org/draft-07/schema#"} | schema, indent=2) + "\n"


def _istiod_defaults() -> Tree:
    known = defaults()
    made = {"revision": known["revision"], **_chosen(known)}
    made["global"]["hub"] = made["global"]["hub"] or known["hub"]
    del made["pilot"]["enabled"]
    return made


def _chosen(tree: Tree) -> Tree:
    """What a tree of settings says of the control plane, by the names of the chart."""
    mesh = {"meshConfig": tree["meshConfig"]} if "meshConfig" in tree else {}
    values = tree.get("values") or {}
    return mesh | without_idle({name: values[name] for name in _PARTS if name in values})


def _path(name: str) -> str:
    return f"values.{name}" if name in _PARTS else name

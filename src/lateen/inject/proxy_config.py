"""Merge a pod's `proxy.istio.io/config` annotation over the mesh's defaultConfig."""

from collections.abc import Mapping
from typing import Any

import yaml

from lateen.base.errors import Fault, Invalid

ANNOTATION = "proxy.istio.io/config"


def proxy_config(annotations: Mapping[str, str], default: Mapping[str, Any]) -> dict[str, Any]:
    """Return the pod's ProxyConfig (camel case). Fields of the annotation replace the default's, except
    `proxyMetadata`, which is merged by name. Raises Invalid when the annotation is no YAML mapping."""
    given = _parse(annotations.get(ANNOTATION, ""))
    merged = {**default, **given}
    if "proxyMetadata" in merged:
        merged["proxyMetadata"] = {
            **(default.get("proxyMetadata") or {}),
            **(given.get("proxyMetadata") or {}),
        }
    return merged


def _parse(text: str) -> dict[str, Any]:
    try:
        value = yaml.safe_load(text) if text else {}
    except yaml.YAMLError as error:
        raise _invalid(f"not YAML: {' '.join(str(error).split())}") from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _invalid(f"a mapping is wanted, not {type(value).__name__}")
    return value


def _invalid(message: str) -> Invalid:
    return Invalid("the pod's proxy configuration", [Fault(f"metadata.annotations[{ANNOTATION}]", message)])

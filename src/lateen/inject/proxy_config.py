"""Merge what is said of a pod's proxy: the mesh's defaultConfig, the pod's `proxy.istio.io/config`, ProxyConfigs."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from lateen.base.errors import Fault, Invalid

ANNOTATION = "proxy.istio.io/config"
IMAGE_TYPE = "sidecar.istio.io/proxyImageType"


def proxy_config(
    annotations: Mapping[str, str], default: Mapping[str, Any], overlays: Iterable[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Return the pod's ProxyConfig (camel case). Fields of the annotation replace the default's, and those of
    `overlays` both, except `proxyMetadata`, which is merged by name. Raises Invalid when the annotation is no YAML
    mapping."""
    merged: dict[str, Any] = dict(default)
    for given in (_parse(annotations.get(ANNOTATION, "")), *overlays):
        metadata = {**(merged.get("proxyMetadata") or {}), **(given.get("proxyMetadata") or {})}
        merged |= given
        if "proxyMetadata" in merged:
            merged["proxyMetadata"] = metadata
    return merged


def typed_image(image: str, annotations: Mapping[str, str], config: Mapping[str, Any]) -> str:
    """Return the image of the type that the pod's annotation asks for, or its configuration: `default` is the image
    itself, others are published beside it with the type behind the tag."""
    wanted = annotations.get(IMAGE_TYPE) or (config.get("image") or {}).get("imageType") or "default"
    return image if wanted == "default" else f"{image}-{wanted}"


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

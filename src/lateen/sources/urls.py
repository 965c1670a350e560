"""Where an object lives under a Kubernetes API server's URL."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from lateen.base.refs import Key
from lateen.kinds.spec import KindSpec


def version_of(kind: KindSpec, raw: Mapping[str, Any]) -> str:
    """Return the version that `raw` is written in, or the preferred one when it names none of the kind's."""
    version = str(raw.get("apiVersion", "")).rpartition("/")[2]
    return version if version in kind.versions else kind.versions[0]


def object_url(kind: KindSpec, key: Key, version: str = "", subresource: str = "") -> str:
    """Return the path of an object, of a collection (name ""), or of a kind everywhere (namespace "" too)."""
    version = version or kind.versions[0]
    parts = ["apis", kind.group, version] if kind.group else ["api", version]
    if kind.namespaced and key.namespace:
        parts += ["namespaces", key.namespace]
    parts.append(kind.plural)
    if key.name:
        parts.append(key.name)
    if subresource:
        parts.append(subresource)
    return "/" + "/".join(quote(part, safe="") for part in parts)

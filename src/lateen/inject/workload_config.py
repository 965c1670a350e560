"""ProxyConfigs: what they say of how a pod's proxy starts, over the mesh's settings and the pod's annotation.

https://istio.io/latest/docs/reference/config/networking/proxy-config/
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lateen.base.selectors import matches

Raw = Mapping[str, Any]


def overlays(objects: Iterable[Raw], namespace: str, labels: Mapping[str, str], root: str) -> Iterator[Raw]:
    """Yield what ProxyConfigs say of a pod, as fields of the mesh's defaultConfig, the most particular last: of the
    namespace `root` for all, of the pod's for all, for its labels. Of several in one place the oldest counts."""
    known = sorted(objects, key=_age)
    for where, selecting in ((root, False), (namespace, False), (namespace, True)):
        found = (one for one in known if one["metadata"]["namespace"] == where and bool(_selector(one)) is selecting)
        fitting = next((one for one in found if matches(_selector(one), labels)), None)
        if fitting is not None:
            yield _fields(fitting.get("spec") or {})


def _fields(spec: Raw) -> Raw:
    said = {
        "concurrency": spec.get("concurrency"),
        "proxyMetadata": spec.get("environmentVariables"),
        "image": spec.get("image"),
    }
    return {name: value for name, value in said.items() if value is not None}


def _selector(found: Raw) -> Mapping[str, str]:
    selector = (found.get("spec") or {}).get("selector") or {}
    labels: Mapping[str, str] = selector.get("matchLabels") or {}
    return labels


def _age(found: Raw) -> tuple[str, str]:
    meta = found["metadata"]
    return meta.get("creationTimestamp", ""), meta["name"]

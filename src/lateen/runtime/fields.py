"""Values of a pod that it may read of itself: the downward API."""

import json
import math
import os
import re
from collections.abc import Mapping
from typing import Any

from lateen.base.errors import LateenError

_KEYED = re.compile(r"metadata\.(labels|annotations)\['(.+)'\]")
_UNITS = {
    "m": 1e-3,
    "": 1,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
    "Ti": 2**40,
}
_QUANTITY = re.compile(r"([0-9.]+)(m|k|M|G|T|Ki|Mi|Gi|Ti|)")


def field_value(pod: Mapping[str, Any], path: str) -> str:
    """Return the pod's field `path` (metadata.name, status.podIP, metadata.labels['app'] …) as text.

    Whole labels and annotations come as `key="value"` lines. Raises LateenError for a path that is none.
    """
    metadata, spec, status = pod["metadata"], pod["spec"], pod.get("status") or {}
    if match := _KEYED.fullmatch(path):
        return str((metadata.get(match[1]) or {}).get(match[2], ""))
    if path in ("metadata.labels", "metadata.annotations"):
        pairs = sorted((metadata.get(path.partition(".")[2]) or {}).items())
        return "\n".join(f"{key}={json.dumps(value)}" for key, value in pairs)
    values = {
        "metadata.name": metadata["name"],
        "metadata.namespace": metadata["namespace"],
        "metadata.uid": metadata["uid"],
        "spec.nodeName": spec.get("nodeName", ""),
        "spec.serviceAccountName": spec.get("serviceAccountName", "default"),
        "status.podIP": status.get("podIP", ""),
        "status.podIPs": ",".join(item["ip"] for item in status.get("podIPs") or ()),
        "status.hostIP": status.get("hostIP", ""),
        "status.hostIPs": status.get("hostIP", ""),
    }
    if path not in values:
        raise LateenError(f"fieldRef {path!r} is not a field that a pod can read of itself")
    return str(values[path])


def resource_value(container: Mapping[str, Any], resource: str, divisor: str = "1") -> str:
    """Return `limits.cpu`, `requests.memory` … in units of `divisor`, rounded up; no limit: the machine's."""
    side, _, unit = resource.partition(".")
    amount = ((container.get("resources") or {}).get(side) or {}).get(unit)
    value = quantity(amount) if amount is not None else _machine(unit) if side == "limits" else 0.0
    return str(math.ceil(value / (quantity(divisor) or 1)))


def quantity(text: str) -> float:
    """Read a Kubernetes quantity: "100m" is 0.1, "1Gi" is 2^30. Raises LateenError."""
    match = _QUANTITY.fullmatch(str(text))
    if match is None:
        raise LateenError(f"{text!r} is not a quantity")
    return float(match[1]) * _UNITS[match[2]]


def _machine(unit: str) -> float:
    if unit == "cpu":
        return float(os.cpu_count() or 1)
    return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))

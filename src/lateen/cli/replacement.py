"""What an apply takes away: routes of an object of the same name, told before they are missed."""

import json
from collections.abc import Iterator
from typing import Any

_PROTOCOLS = ("http", "tls", "tcp")


def replaced(kind: str, before: dict[str, Any] | None, after: dict[str, Any]) -> list[str]:
    """Lines that tell which routes a VirtualService loses and has in their place; [] where it loses none."""
    if kind != "VirtualService" or before is None:
        return []
    old, new = list(_routes(before)), list(_routes(after))
    gone = [route for route in old if route not in new]
    if not gone:
        return []
    count = "1 route" if len(gone) == 1 else f"{len(gone)} routes"
    meta = before["metadata"]
    title = f"replaces {count} of VirtualService {meta.get('namespace', '')}/{meta['name']}:"
    added = [route for route in new if route not in old]
    return [title, *(f"  - {route}" for route in gone), *(f"  + {route}" for route in added)]


def _routes(raw: dict[str, Any]) -> Iterator[str]:
    """Each rule on one line, after the hosts that it is for."""
    spec = raw.get("spec") or {}
    hosts = ",".join(spec.get("hosts") or ())
    for protocol in _PROTOCOLS:
        for rule in spec.get(protocol) or ():
            yield f"{hosts} {protocol}: {json.dumps(rule, sort_keys=True, ensure_ascii=False)}"

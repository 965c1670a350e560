"""From which version an installation may come to which: one minor version at a time, and never back.

https://istio.io/latest/docs/setup/upgrade/in-place/
"""

import re

_VERSION = re.compile(r"(\d+)\.(\d+)")


def skew(before: str, after: str) -> str:
    """Say what is wrong with a step from one version to another; "" for nothing, or where a version cannot be read."""
    old, new = (_number(version) for version in (before, after))
    if old is None or new is None or old == new:
        return ""
    if new < old:
        return f"{before} is installed, which is newer than {after}"
    if new[0] == old[0] and new[1] - old[1] == 1:
        return ""
    return f"{before} is installed, more than one minor version before {after}"


def _number(version: str) -> tuple[int, int] | None:
    found = _VERSION.match(version)
    return (int(found[1]), int(found[2])) if found else None

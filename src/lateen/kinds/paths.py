"""Paths of fields, as people and faults write them: `spec.http[0].route`, `metadata.labels["a/b"]`."""

import re

_PLAIN = re.compile(r"[A-Za-z_][-\w]*")
_STEP = re.compile(r'\.?([A-Za-z_][-\w]*)|\[(\d+)\]|\["([^]]*)"\]')


def join(path: str, key: str) -> str:
    """Append a key; what is no plain word stands in brackets and quotes."""
    if _PLAIN.fullmatch(key):
        return f"{path}.{key}" if path else key
    return f'{path}["{key}"]'


def parent(path: str) -> str:
    """Return the path of what holds `path`; "" at the top."""
    steps = list(_STEP.finditer(path))
    return path[: steps[-1].start()] if steps else ""


def holds(outer: str, inner: str) -> bool:
    """Say whether `inner` is `outer` or lies in it."""
    return not outer or inner == outer or (inner.startswith(outer) and inner[len(outer)] in ".[")


def pattern(path: str) -> str:
    """Return `path` with its list positions left out: `spec.http[].route`."""
    return re.sub(r"\[\d+\]", "[]", path)

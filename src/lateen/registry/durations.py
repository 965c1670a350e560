"""Durations as the APIs write them."""

import re

_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|us|µs|ns|s|m|h)")
_MILLISECONDS = {"h": 3_600_000.0, "m": 60_000.0, "s": 1000.0, "ms": 1.0, "us": 1e-3, "µs": 1e-3, "ns": 1e-6}


def milliseconds(text: str | None, default: int = 0) -> int:
    """Read a duration such as `1h2m`, `10s` or `0.5s` in milliseconds; a positive one is never rounded to 0.

    Text that is no duration gives `default`: validation refused it before it came here.
    """
    if not text:
        return default
    parts = _PART.findall(text)
    if "".join(number + unit for number, unit in parts) != text:
        return default
    total = sum(float(number) * _MILLISECONDS[unit] for number, unit in parts)
    return max(round(total), 1) if total > 0 else 0

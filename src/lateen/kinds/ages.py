"""How long ago something was, as kubectl prints it."""

from datetime import datetime
from math import inf

_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86_400, 365 * 86_400

# Up to how long, in which unit, and in which unit the rest (0 = the rest is not printed).
_STEPS = (
    (2 * _MINUTE, 1, "s", 0, ""),
    (10 * _MINUTE, _MINUTE, "m", 1, "s"),
    (3 * _HOUR, _MINUTE, "m", 0, ""),
    (8 * _HOUR, _HOUR, "h", _MINUTE, "m"),
    (2 * _DAY, _HOUR, "h", 0, ""),
    (8 * _DAY, _DAY, "d", _HOUR, "h"),
    (2 * _YEAR, _DAY, "d", 0, ""),
    (8 * _YEAR, _YEAR, "y", _DAY, "d"),
    (inf, _YEAR, "y", 0, ""),
)


def age(timestamp: str, now: float) -> str:
    """Print the time from an RFC 3339 `timestamp` to `now` in at most two units: `45s`, `3m20s`, `12d`.

    Text that is no timestamp is "<unknown>".
    """
    try:
        then = datetime.fromisoformat(timestamp).timestamp()
    except ValueError:
        return "<unknown>"
    seconds = max(0, int(now - then))
    size, unit, small, small_unit = next(step[1:] for step in _STEPS if seconds < step[0])
    rest = seconds % size // small if small else 0
    return f"{seconds // size}{unit}" + (f"{rest}{small_unit}" if rest else "")

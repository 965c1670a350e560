"""Read and validate durations: "10s", "1.5s", "1h30m", "250ms"."""

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

from lateen.base.errors import Fault

_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")
_NANOSECONDS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_MILLISECOND = _NANOSECONDS["ms"]


@lru_cache(maxsize=4096)
def nanoseconds(text: str) -> int | None:
    """Return a duration in nanoseconds, None when `text` is none."""
    sign = -1 if text.startswith("-") else 1
    rest = text.removeprefix("-").removeprefix("+")
    if rest == "0":
        return 0
    parts = _PART.findall(rest)
    if not parts or "".join(number + unit for number, unit in parts) != rest:
        return None
    return sign * int(sum(Fraction(number) * _NANOSECONDS[unit] for number, unit in parts))


def duration_faults(path: str, text: str | None, *, zero: bool = False, whole_seconds: bool = False) -> Iterator[Fault]:
    """Yield a fault unless `text` is a duration of whole milliseconds, at least 1; None is not set.

    `zero`: 0 means something and is allowed. `whole_seconds`: nothing finer is.
    """
    if text is None:
        return
    length = nanoseconds(text)
    if length is None:
        yield Fault(path, f'"{text}" is not a duration', 'as "10s", "1.5s" or "250ms"')
    elif length == 0 and zero:
        return
    elif length < _MILLISECOND:
        yield Fault(path, f'"{text}" is too short', "at least 1ms" + (", or 0s" if zero else ""))
    elif whole_seconds and length % _NANOSECONDS["s"]:
        yield Fault(path, f'"{text}" is finer than a second', "whole seconds, as 45s")
    elif length % _MILLISECOND:
        yield Fault(path, f'"{text}" is finer than a millisecond', "whole milliseconds, as 1.5s or 250ms")

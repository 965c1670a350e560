"""Durations as plans have them: whole milliseconds."""

from lateen.kinds.durations import nanoseconds

_MILLISECOND = 1_000_000


def milliseconds(text: str | None, default: int = 0) -> int:
    """Read a duration such as `1h2m`, `10s` or `0.5s` in milliseconds; a positive one is never rounded to 0.

    Nothing, and text that is no duration, give `default`.
    """
    length = nanoseconds(text) if text else None
    if length is None:
        return default
    return max(length // _MILLISECOND, 1) if length > 0 else 0

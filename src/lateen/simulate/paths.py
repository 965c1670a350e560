"""What an HTTP connection manager makes of a path before anything reads it.

https://istio.io/latest/docs/reference/config/security/normalization/
"""

import re
from typing import Any


def normalized(path: str, manager: Any) -> str:
    """Return a path, without its query, as a connection manager with these settings passes it on."""
    if manager.path_with_escaped_slashes_action == _UNESCAPE:
        path = re.sub("%2f", "/", re.sub("%5c", r"\\", path, flags=re.IGNORECASE), flags=re.IGNORECASE)
    if manager.normalize_path.value:
        path = _resolved(path)
    return re.sub("/+", "/", path) if manager.merge_slashes else path


_UNESCAPE = 4  # PathWithEscapedSlashesAction.UNESCAPE_AND_FORWARD


def _resolved(path: str) -> str:
    """RFC 3986, section 5.2.4, as browsers do it: a backslash is a slash, and what needs no escape has none; slashes
    are not merged."""
    kept: list[str] = []
    segments = _ESCAPED.sub(_plain, path.replace("\\", "/")).split("/")[1:]
    for at, segment in enumerate(segments):
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
        if segment in (".", "..") and at == len(segments) - 1:
            kept.append("")
    return "/" + "/".join(kept)


_ESCAPED = re.compile("%[0-9A-Fa-f]{2}")
_UNRESERVED = re.compile(r"[A-Za-z0-9\-._~]")


def _plain(escaped: re.Match[str]) -> str:
    char = chr(int(escaped[0][1:], 16))
    return char if _UNRESERVED.fullmatch(char) else escaped[0]

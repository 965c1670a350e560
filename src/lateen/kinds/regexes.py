"""Validate regular expressions: RE2, as Envoy runs them."""

from collections.abc import Iterator
from functools import lru_cache

import re2

from lateen.base.errors import Fault


@lru_cache(maxsize=4096)
def regex_error(pattern: str) -> str:
    """Return what is wrong with an RE2 pattern; "" when nothing is."""
    try:
        re2.compile(pattern)
    except re2.error as error:
        said = error.args[0] if error.args else ""
        return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return ""


def regex_faults(path: str, pattern: str) -> Iterator[Fault]:
    """Yield a fault unless `pattern` is valid RE2 and not empty."""
    if not pattern:
        yield Fault(path, "an empty regular expression matches nothing", "use .* for anything")
    elif error := regex_error(pattern):
        fix = "RE2 has no look-around and no back-references" if "(?" in pattern else ""
        yield Fault(path, f'"{pattern}" is not an RE2 regular expression: {error}', fix)

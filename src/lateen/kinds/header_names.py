"""Validate names of HTTP headers."""

import re
from collections.abc import Iterator

from lateen.base.errors import Fault

_NAME = re.compile(r":?[-!#$%&'*+.^_`|~0-9A-Za-z]+")


def is_header_name(text: str) -> bool:
    """Say whether `text` is a header's name, `:authority` and its like included. Source: RFC 9110."""
    return _NAME.fullmatch(text) is not None


def header_name_faults(path: str, text: str) -> Iterator[Fault]:
    """Yield a fault unless `text` is a header's name."""
    if not text:
        yield Fault(path, "a header's name may not be empty")
    elif not is_header_name(text):
        yield Fault(path, f'"{text}" is not a header name', 'letters, digits, "-" and "_"')

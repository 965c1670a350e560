"""Validate URLs."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from lateen.base.errors import Fault


def url_faults(path: str, text: str, schemes: Sequence[str]) -> Iterator[Fault]:
    """Yield a fault unless `text` is a URL with one of `schemes` and, where the scheme has one, a host."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        yield Fault(path, f'"{text}" is not a URL: {error}')
        return
    wanted = f"begin it with one of {', '.join(f'{scheme}://' for scheme in schemes)}"
    if parts.scheme not in schemes or "://" not in text:
        said = f"unsupported scheme {parts.scheme}" if parts.scheme and "://" in text else "there is no scheme"
        yield Fault(path, f'"{text}" is not a URL: {said}', wanted)
    elif not parts.hostname and parts.scheme != "file":
        yield Fault(path, f'"{text}" names no host', "as https://example.com/path")
    elif port == 0:
        yield Fault(path, f'"{text}": 0 is not a port', "1 to 65535")

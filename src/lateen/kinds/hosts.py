"""Validate host names: DNS names, wildcards, short names."""

import re
from collections.abc import Iterator
from functools import lru_cache

from lateen.base.errors import Fault
from lateen.kinds.addresses import is_ip

_LABELS = re.compile(
    r"[A-Za-z0-9_](?:[-A-Za-z0-9_]{0,61}[A-Za-z0-9_])?(?:\.[A-Za-z0-9](?:[-A-Za-z0-9]{0,61}[A-Za-z0-9])?)*"
)
_SNI_MARKED = re.compile(r"[A-Za-z0-9-]+_\.\d+_\.(?P<subset>[^.]*)_\.(?P<host>.+)")
_RULE = 'a DNS name: letters, digits and "-" between dots'


@lru_cache(maxsize=16_384)
def is_dns_name(text: str) -> bool:
    """Say whether `text` is a DNS name, short or full, and no IP address. A dot may stand at its end."""
    name = text.removesuffix(".")
    return 0 < len(text) <= 255 and _LABELS.fullmatch(name) is not None and not name.rpartition(".")[2].isdigit()


def is_wildcard_name(text: str) -> bool:
    """Say whether `text` is a DNS name, `*`, or a name that begins with `*`, as `*.example.com`."""
    if not text.startswith("*"):
        return is_dns_name(text)
    return len(text) <= 255 and (text == "*" or (text != "*." and is_dns_name("x" + text[1:])))


def is_sni_name(text: str) -> bool:
    """Say whether `text` is an SNI that a proxy composes for another network: `outbound_.80_.v1_.host`."""
    match = _SNI_MARKED.fullmatch(text)
    return match is not None and text.startswith("outbound_.") and is_dns_name(match["host"])


def dns_name_faults(path: str, text: str) -> Iterator[Fault]:
    """Yield a fault unless `text` is a DNS name without wildcard."""
    if not text:
        yield Fault(path, "is required: a host name")
    elif not is_dns_name(text):
        fix = "a wildcard has no place here" if "*" in text else ""
        yield Fault(path, f'"{text}" is not {_RULE}', fix)


def wildcard_name_faults(path: str, text: str) -> Iterator[Fault]:
    """Yield a fault unless `text` is a DNS name or one that begins with `*`."""
    if not text:
        yield Fault(path, "is required: a host name")
    elif not is_wildcard_name(text):
        fix = "* stands only at the beginning, as *.example.com" if "*" in text else ""
        fix = "name an address by a ServiceEntry's host" if is_ip(text) else fix
        yield Fault(path, f'"{text}" is not a host name: {_RULE}', fix)


def host_faults(path: str, text: str) -> Iterator[Fault]:
    """Yield a fault unless `text` is an IP address, a DNS name or one that begins with `*`."""
    if not is_ip(text):
        yield from wildcard_name_faults(path, text)

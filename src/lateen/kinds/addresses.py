"""Validate IP addresses and CIDR blocks."""

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import ip_address, ip_interface

from lateen.base.errors import Fault


@lru_cache(maxsize=16_384)
def is_ip(text: str) -> bool:
    """Say whether `text` is an IPv4 or IPv6 address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=16_384)
def is_cidr(text: str) -> bool:
    """Say whether `text` is a block such as 10.0.0.0/8; host bits may be set."""
    address, slash, length = text.partition("/")
    try:
        ip_interface(text)
    except ValueError:
        return False
    return bool(slash and address and length.isdigit())


def cidr_faults(path: str, text: str) -> Iterator[Fault]:
    """Yield a fault unless `text` is an IP address or a CIDR block."""
    if "/" in text and not is_cidr(text):
        yield Fault(path, f'"{text}" is not a CIDR block', "as 10.0.0.0/8, or 10.0.0.1/32 for one address")
    elif "/" not in text and not is_ip(text):
        yield Fault(path, f'"{text}" is neither an IP address nor a CIDR block', "as 10.0.0.1 or 10.0.0.0/8")


def ip_faults(path: str, text: str) -> Iterator[Fault]:
    """Yield a fault unless `text` is an IP address."""
    if not is_ip(text):
        yield Fault(path, f'"{text}" is not a valid IP address')

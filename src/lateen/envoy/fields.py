"""Fill the message types that recur everywhere in Envoy's API: Any, Duration, addresses, config sources."""

from typing import Any, NamedTuple

from lateen.proto.types import PREFIX

V3 = 2  # envoy.config.core.v3.ApiVersion


class Extension(NamedTuple):
    """A configured extension: the name it has in its place, and its configuration message."""

    name: str
    config: Any


class Delivered(NamedTuple):
    """An extension whose configuration is delivered apart, under its name: a message of one of `types` (full names).
    `default`: what counts where Envoy refuses that; None: what should pass it fails there."""

    name: str
    types: tuple[str, ...]
    default: Any = None


Built = Extension | tuple[Extension | Delivered, ...] | None
"""What stands in one place of a chain of filters: one, several, or nothing."""


def several(built: Built) -> tuple[Extension | Delivered, ...]:
    """Return what was built for a place, as many as there are."""
    return (built,) if isinstance(built, Extension) else built or ()


def encode(message: Any) -> bytes:
    """Encode so that equal messages are equal bytes: maps in the order of their keys."""
    encoded: bytes = message.SerializeToString(deterministic=True)
    return encoded


def pack(target: Any, message: Any) -> None:
    """Put `message` into the google.protobuf.Any `target`."""
    target.type_url = PREFIX + message.DESCRIPTOR.full_name
    target.value = encode(message)


def extend(target: Any, extension: Extension | Delivered) -> None:
    """Fill `target`, any of Envoy's messages made of a `name` and a `typed_config` (or a `config_discovery`)."""
    target.name = extension.name
    if isinstance(extension, Extension):
        return pack(target.typed_config, extension.config)
    discovery = target.config_discovery
    from_ads(discovery.config_source, wait=True)
    discovery.type_urls.extend(PREFIX + name for name in extension.types)
    if extension.default is not None:
        pack(discovery.default_config, extension.default)
    return None


def milliseconds(target: Any, ms: int) -> None:
    """Set a Duration; 0 is set too, and is not the same as absent."""
    target.SetInParent()
    target.seconds, rest = divmod(ms, 1000)
    target.nanos = rest * 1_000_000


def socket_address(target: Any, address: str, port: int) -> None:
    """Set an envoy.config.core.v3.Address to a TCP address, or to a socket file named by unix:///path."""
    if address.startswith("unix://"):
        target.pipe.path = address.removeprefix("unix://")
        return
    target.socket_address.address = address
    target.socket_address.port_value = port


def from_ads(source: Any, *, wait: bool) -> None:
    """Set a ConfigSource to this proxy's ADS stream; `wait` for the first answer however long it takes,
    else Envoy goes on without it after 15 s."""
    source.ads.SetInParent()
    source.resource_api_version = V3
    if wait:
        milliseconds(source.initial_fetch_timeout, 0)


def fraction(target: Any, percent: float) -> None:
    """Set a FractionalPercent, to a ten-thousandth of a percent."""
    target.numerator = round(percent * 10_000)
    target.denominator = "MILLION"

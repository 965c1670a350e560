"""The protocols that ports of Istio's kinds may name, in any case."""

from collections.abc import Iterator

from lateen.base.errors import Fault
from lateen.kinds.suggestion import did_you_mean

PROTOCOLS = (
    "HTTP", "HTTPS", "HTTP2", "GRPC", "GRPC-WEB", "TLS", "TCP", "MONGO", "MYSQL", "REDIS", "UDP",
)  # fmt: skip
_OTHER_SPELLINGS = {"HTTP_PROXY", "HBONE"}
_KNOWN = frozenset(PROTOCOLS) | _OTHER_SPELLINGS


def protocol_faults(path: str, protocol: str) -> Iterator[Fault]:
    """Yield a fault unless `protocol` is one the mesh knows."""
    if protocol.upper() not in _KNOWN:
        said = (
            f'"{protocol}" is an invalid protocol' if protocol else "is required: an empty one is an invalid protocol"
        )
        fix = did_you_mean(protocol, PROTOCOLS) or f"one of {', '.join(PROTOCOLS)}"
        yield Fault(path, said, fix)

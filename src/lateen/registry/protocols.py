"""Which protocol a port carries: by appProtocol, by the prefix of its name, by well-known number."""

from typing import cast, get_args

from lateen.registry.service import Protocol

_NAMES = frozenset(get_args(Protocol)) - {"auto"}
_APP_PROTOCOLS = {"kubernetes.io/h2c": "http2", "kubernetes.io/ws": "http", "kubernetes.io/wss": "https"}
# Ports whose servers speak first are TCP without a name: sniffing would wait for the client for ever.
# https://istio.io/latest/docs/ops/deployment/application-requirements/#server-first-protocols
_SERVER_FIRST = frozenset({25, 53, 3306, 27017})


def named(text: str) -> Protocol:
    """Read a protocol as a ServiceEntry or Gateway names it, in any case; what is unknown is "auto"."""
    lower = text.lower()
    return cast(Protocol, lower if lower in _NAMES else "auto")


def of_service_port(name: str, number: int, transport: str, app_protocol: str) -> Protocol:
    """Read the protocol of a Kubernetes service port. `transport`: TCP, UDP or SCTP."""
    if transport.upper() == "UDP":
        return "udp"
    if app_protocol:
        return named(_APP_PROTOCOLS.get(app_protocol.lower(), app_protocol))
    return _by_name(name) or ("tcp" if number in _SERVER_FIRST else "auto")


def _by_name(name: str) -> Protocol | None:
    lower = name.lower()
    if lower == "grpc-web" or lower.startswith("grpc-web-"):
        return "grpc-web"
    prefix = lower.partition("-")[0]
    return cast(Protocol, prefix) if prefix in _NAMES else None

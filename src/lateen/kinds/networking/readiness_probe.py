"""How an agent finds out whether a workload outside Kubernetes is ready."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.model import Model, Port
from lateen.kinds.numbers import port_faults
from lateen.kinds.schema_rules import AtMostOne, CelRule, stating

_IS_SCHEME = CelRule('self in ["", "HTTP", "HTTPS"]', "scheme must be one of [HTTP, HTTPS]")
_Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class HTTPHeader(Model, frozen=True, kw_only=True):
    """A header of the probe's request."""

    name: Annotated[str, Meta(pattern="^[-_A-Za-z0-9]+$")] = ""
    value: str = ""


class HTTPHealthCheck(Model, frozen=True, kw_only=True):
    """Ready = any answer from 200 to 399. `host` "" = the workload itself."""

    path: str = ""
    port: Port
    host: str = ""
    scheme: Annotated[str, Meta(extra_json_schema=stating(_IS_SCHEME))] = ""
    http_headers: tuple[HTTPHeader, ...] = ()


class TCPHealthCheck(Model, frozen=True, kw_only=True):
    """Ready = it takes a connection."""

    host: str = ""
    port: Port


class ExecHealthCheck(Model, frozen=True, kw_only=True):
    """Ready = the command ends with 0."""

    command: tuple[Annotated[str, Meta(min_length=1)], ...] = ()


class GRPCHealthCheck(Model, frozen=True, kw_only=True):
    """Ready = gRPC's health service says so of `service`."""

    port: Port = 0
    service: str = ""


class ReadinessProbe(Model, frozen=True, kw_only=True):
    """One of the four ways; 0 = the default."""

    schema_rules: ClassVar = (AtMostOne(("httpGet", "tcpSocket", "exec", "grpc")),)

    initial_delay_seconds: _Count = 0
    timeout_seconds: _Count = 0
    period_seconds: _Count = 0
    success_threshold: _Count = 0
    failure_threshold: _Count = 0
    http_get: HTTPHealthCheck | None = None
    tcp_socket: TCPHealthCheck | None = None
    exec: ExecHealthCheck | None = None
    grpc: GRPCHealthCheck | None = None


def probe_faults(path: str, probe: ReadinessProbe) -> Iterator[Fault]:
    """Yield what is wrong with a probe."""
    ways = {"httpGet": probe.http_get, "tcpSocket": probe.tcp_socket, "exec": probe.exec, "grpc": probe.grpc}
    if len([way for way in ways.values() if way is not None]) != 1:
        yield Fault(path, "needs exactly one of httpGet, tcpSocket, exec, grpc")
    for name, port in _ports(probe).items():
        yield from port_faults(f"{path}.{name}.port", port)
    if probe.http_get is not None and probe.http_get.scheme not in ("", "HTTP", "HTTPS"):
        yield Fault(f"{path}.httpGet.scheme", f'"{probe.http_get.scheme}" is none of HTTP, HTTPS')
    if probe.exec is not None and not probe.exec.command:
        yield Fault(f"{path}.exec.command", "is required")


def _ports(probe: ReadinessProbe) -> dict[str, int]:
    ways = {"httpGet": probe.http_get, "tcpSocket": probe.tcp_socket, "grpc": probe.grpc}
    return {name: way.port for name, way in ways.items() if way is not None}

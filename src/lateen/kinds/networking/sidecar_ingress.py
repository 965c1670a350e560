"""The ports on which a Sidecar's workloads take traffic."""

import re
from collections.abc import Iterator, Sequence

from lateen.base.errors import Fault
from lateen.kinds.model import Model
from lateen.kinds.networking.connection_pool import ConnectionPoolSettings, pool_faults
from lateen.kinds.networking.server_tls import ServerTLSSettings, server_tls_faults
from lateen.kinds.networking.sidecar_port import (
    CaptureMode,
    SidecarPort,
    bind_faults,
    is_unix,
    port_setting_faults,
    socket_faults,
)
from lateen.kinds.numbers import port_faults

_ENDPOINT = re.compile(r"(?:127\.0\.0\.1|0\.0\.0\.0|\[::1\]|\[::\]):(\d{1,6})")
_TLS_MODES = ("SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL")


class IngressListener(Model, frozen=True, kw_only=True):
    """`default_endpoint`: where the application listens, "" = at the same port of the address that was asked for."""

    port: SidecarPort
    bind: str = ""
    capture_mode: CaptureMode = "DEFAULT"
    default_endpoint: str = ""
    tls: ServerTLSSettings | None = None
    connection_pool: ConnectionPoolSettings | None = None


def ingress_faults(path: str, listeners: Sequence[IngressListener]) -> Iterator[Fault]:
    """Yield what is wrong with the ingress listeners of a Sidecar."""
    taken: set[int] = set()
    for index, listener in enumerate(listeners):
        place = f"{path}[{index}]"
        yield from port_setting_faults(f"{place}.port", listener.port, listener.bind)
        number = listener.port.number
        if number in taken and not is_unix(listener.bind):
            yield Fault(f"{place}.port.number", f"another ingress listener has port {number} already")
        taken.add(number)
        yield from bind_faults(place, listener.bind, listener.capture_mode)
        yield from _endpoint_faults(f"{place}.defaultEndpoint", listener.default_endpoint)
        yield from pool_faults(f"{place}.connectionPool", listener.connection_pool)
        if listener.tls is not None:
            yield from _tls_faults(f"{place}.tls", listener.tls, listener.port.protocol.upper())


def _endpoint_faults(path: str, text: str) -> Iterator[Fault]:
    if is_unix(text):
        yield from socket_faults(path, text)
    elif text:
        match = _ENDPOINT.fullmatch(text)
        if match is None:
            fix = "as 127.0.0.1:8080, 0.0.0.0:8080, [::1]:8080 or unix:///path"
            yield Fault(path, f'"{text}" is not an address of the workload itself', fix)
        else:
            yield from port_faults(path, int(match[1]))


def _tls_faults(path: str, tls: ServerTLSSettings, protocol: str) -> Iterator[Fault]:
    if tls.mode not in _TLS_MODES:
        yield Fault(
            f"{path}.mode", f"a sidecar terminates no TLS in mode {tls.mode}", f"one of {', '.join(_TLS_MODES)}"
        )
        return
    if protocol not in ("HTTPS", "TLS"):
        yield Fault(path, f"a port of protocol {protocol or 'unknown'} terminates no TLS", "use protocol HTTPS or TLS")
    unsupported = {
        "httpsRedirect": tls.https_redirect,
        "subjectAltNames": tls.subject_alt_names,
        "credentialName": tls.credential_name,
        "credentialNames": tls.credential_names,
        "tlsCertificates": tls.tls_certificates,
    }
    for name, value in unsupported.items():
        if value:
            fix = "give certificates as files" if "red" in name or "tls" in name else "remove it"
            yield Fault(f"{path}.{name}", "is for gateways only", fix)
    yield from server_tls_faults(path, tls)

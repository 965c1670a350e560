"""What a Sidecar's listeners share: the port, the address, the way traffic is captured."""

from collections.abc import Iterator
from typing import Literal

from lateen.base.errors import Fault
from lateen.kinds.addresses import ip_faults
from lateen.kinds.model import Model, Uint32
from lateen.kinds.names import is_any_case_label
from lateen.kinds.numbers import port_faults
from lateen.kinds.protocols import protocol_faults

CaptureMode = Literal["DEFAULT", "IPTABLES", "NONE"]
_UNIX = "unix://"


class SidecarPort(Model, frozen=True, kw_only=True):
    """`protocol`: in any case, "" = told by sniffing. `target_port` is not used by Istio."""

    number: Uint32 = 0
    protocol: str = ""
    name: str = ""
    target_port: Uint32 = 0


def is_unix(bind: str) -> bool:
    """Say whether a listener is a socket in the file system."""
    return bind.startswith(_UNIX)


def port_setting_faults(path: str, port: SidecarPort, bind: str) -> Iterator[Fault]:
    """Yield what is wrong with the port of a listener at `bind`."""
    if is_unix(bind):
        if port.number:
            yield Fault(f"{path}.number", f"{port.number}: port number must be 0 for unix domain socket", "remove it")
    else:
        yield from port_faults(f"{path}.number", port.number)
    if port.name and not is_any_case_label(port.name):
        yield Fault(f"{path}.name", f'"{port.name}" is not a port name: letters, digits and "-"')
    if port.protocol:
        yield from protocol_faults(f"{path}.protocol", port.protocol)


def bind_faults(path: str, bind: str, capture: CaptureMode) -> Iterator[Fault]:
    """Yield what is wrong with the address of the listener at `path`."""
    if not bind:
        return
    if not is_unix(bind):
        yield from ip_faults(f"{path}.bind", bind)
        return
    yield from socket_faults(f"{path}.bind", bind)
    if capture not in ("DEFAULT", "NONE"):
        message = f"{capture}: nothing can be redirected to a unix domain socket"
        yield Fault(f"{path}.captureMode", message, "DEFAULT or NONE")


def socket_faults(path: str, text: str) -> Iterator[Fault]:
    """Yield a fault unless `text` is `unix://` and an absolute path or an abstract name."""
    socket = text.removeprefix(_UNIX)
    if socket[:1] not in ("/", "@"):
        yield Fault(path, "a socket's path is absolute, or begins with @", f"as {_UNIX}/path")
    elif socket.endswith("/"):
        yield Fault(path, "is a folder, not a socket")

"""What a Sidecar lets its proxies know: the services of egress listeners."""

from collections.abc import Iterator, Sequence

from lateen.base.errors import Fault
from lateen.kinds.hosts import dns_name_faults, is_dns_name
from lateen.kinds.model import Model
from lateen.kinds.names import NAMESPACE_RULE, is_label
from lateen.kinds.networking.sidecar_port import (
    CaptureMode,
    SidecarPort,
    bind_faults,
    is_unix,
    port_setting_faults,
)


class EgressListener(Model, frozen=True, kw_only=True):
    """`hosts`: `namespace/host`, without those of `~namespace/host`. `port` None = every port of those services."""

    port: SidecarPort | None = None
    bind: str = ""
    capture_mode: CaptureMode = "DEFAULT"
    hosts: tuple[str, ...] = ()


def egress_faults(path: str, listeners: Sequence[EgressListener]) -> Iterator[Fault]:
    """Yield what is wrong with the egress listeners of a Sidecar."""
    taken: set[tuple[str, int]] = set()
    for index, listener in enumerate(listeners):
        place = f"{path}[{index}]"
        if not listener.hosts:
            yield Fault(f"{place}.hosts", "is required: at least one host", "as ./* or istio-system/*")
        for position, host in enumerate(listener.hosts):
            yield from _host_faults(f"{place}.hosts[{position}]", host)
        yield from _covered_hosts(f"{place}.hosts", listener.hosts)
        yield from bind_faults(place, listener.bind, listener.capture_mode)
        yield from _port_faults(place, listener, last=index == len(listeners) - 1)
        yield from _taken_faults(place, listener, taken)


def _port_faults(path: str, listener: EgressListener, *, last: bool) -> Iterator[Fault]:
    if listener.port is not None:
        yield from port_setting_faults(f"{path}.port", listener.port, listener.bind)
    elif not last:
        yield Fault(
            path, "without a port it takes all traffic, so it stands last", "move it to the end, or name a port"
        )
    elif is_unix(listener.bind):
        yield Fault(f"{path}.port", "is required for a unix domain socket", "give its protocol")


def _taken_faults(path: str, listener: EgressListener, taken: set[tuple[str, int]]) -> Iterator[Fault]:
    if listener.port is None:
        return
    here = (listener.bind, listener.port.number)
    if here in taken:
        shown = listener.bind if is_unix(listener.bind) else f"port {listener.port.number}"
        yield Fault(f"{path}.port", f"another egress listener has {shown} already", "one listener per port")
    taken.add(here)


def _host_faults(path: str, text: str) -> Iterator[Fault]:
    namespace, slash, host = text.partition("/")
    if not slash or not namespace or not host:
        yield Fault(
            path, f'"{text}" is not of the form namespace/host', "as ./reviews.default.svc.cluster.local or */*"
        )
        return
    if text == "~/*":
        return
    if namespace not in ("*", ".", "~") and not is_label(namespace.removeprefix("~")):
        message = f'"{text}": "{namespace}" is not a namespace: {NAMESPACE_RULE}'
        yield Fault(path, message, 'or "*" for all, "." for its own, "~/*" for none, "~namespace/*" for all but that')
    if host.startswith("*"):
        if host != "*" and not (host.startswith("*.") and is_dns_name(host[2:])):
            yield Fault(path, f'"{host}": a wildcard stands for whole labels', "as *.example.com or *")
    else:
        yield from dns_name_faults(path, host)


def _covered_hosts(path: str, hosts: Sequence[str]) -> Iterator[Fault]:
    for index, host in enumerate(hosts):
        namespace = host.partition("/")[0]
        if namespace.startswith("~"):
            continue
        around = {"*/*", f"{namespace}/*"} - {host}
        if found := sorted(around & set(hosts)):
            yield Fault(f"{path}[{index}]", f'"{found[0]}" covers it', "remove it", "warning")
        elif host in hosts[:index]:
            yield Fault(f"{path}[{index}]", f'"{host}" stands there already', "", "warning")

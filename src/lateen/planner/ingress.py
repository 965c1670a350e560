"""The ports that a Sidecar says its workloads take traffic on, in the place of those that services declare.

https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioIngressListener
"""

from collections.abc import Iterator
from ipaddress import ip_address

from lateen.kinds.networking.sidecar_ingress import IngressListener
from lateen.kinds.networking.sidecar_port import is_unix
from lateen.plan.upstream import Endpoint
from lateen.planner import names
from lateen.planner.inbound_port import InboundPort, Limits, carries, protocol_towards
from lateen.planner.server_tls import downstream_tls
from lateen.planner.sidecar import SidecarRules
from lateen.registry import protocols
from lateen.registry.service import Service, ServicePort


def ingress_ports(sidecar: SidecarRules, services: dict[int, Service]) -> Iterator[InboundPort]:
    """Yield the ports of a Sidecar's ingress listeners. `services`: those that lead to ports of the workload."""
    for listener in sidecar.ingress:
        number = listener.port.number
        declared = protocols.named(listener.port.protocol)
        tls = downstream_tls(listener.tls) if listener.tls else None
        # TLS that ends here is told apart from what it carries.
        protocol = "http" if declared == "https" and tls else declared
        port = ServicePort(number, listener.port.name, protocol, number)
        service = services.get(number)
        endpoint, override = _endpoint(listener)
        yield InboundPort(
            number=number,
            carries=carries(port),
            protocol=protocol_towards(port),
            host=service.host if service else "",
            service_port=number,
            mongo=protocol == "mongo",
            address=listener.bind or names.ANY_ADDRESS,
            bound=listener.capture_mode == "NONE",
            endpoint=endpoint,
            port_override=override,
            tls=tls,
            limits=Limits.of(listener.connection_pool or sidecar.pool),
            origin=sidecar.origin,
        )


def _endpoint(listener: IngressListener) -> tuple[Endpoint | None, int]:
    """Return where the application listens, or else at which port (0 = the same) of the address that was asked
    for: its own address is the only one that is, so that replicas need not be told apart."""
    said = listener.default_endpoint
    if is_unix(said):
        return Endpoint(said, 0), 0
    host, _, port = said.rpartition(":")
    if not host:
        return None, 0
    address = ip_address(host.strip("[]"))
    if not address.is_unspecified:
        return Endpoint(str(address), int(port)), 0
    if listener.capture_mode == "NONE":
        # What was not captured was asked for at no other address than the listener's.
        return Endpoint("::1" if address.version == 6 else "127.0.0.1", int(port)), 0
    return None, int(port)

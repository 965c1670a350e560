"""From Kubernetes Services to services."""

from lateen.base.hosts import fqdn
from lateen.kinds.core.service import Service as Kind
from lateen.kinds.core.service import ServicePort as KindPort
from lateen.kinds.object import Object
from lateen.registry import protocols
from lateen.registry.service import Resolution, Service, ServicePort
from lateen.registry.visibility import EXPORT_TO, export_to

DISTRIBUTION = "networking.istio.io/traffic-distribution"
_NOT_TRANSLATED = "experimental.istio.io/disable-gateway-port-translation"


def service(found: Object, default_exports: tuple[str, ...]) -> Service:
    """Read a Kubernetes Service. Its host is its name below svc.cluster.local; its ports of UDP are apart."""
    kind: Kind = found.model
    spec = kind.spec
    said = found.annotations.get(EXPORT_TO, "").split(",")
    ports = tuple(_port(port) for port in spec.ports)
    resolution = _resolution(found)
    return Service(
        host=fqdn(found.name, found.namespace).lower(),
        namespace=found.namespace,
        name=found.name,
        ports=tuple(port for port in ports if port.protocol != "udp"),
        datagrams=tuple(port for port in ports if port.protocol == "udp"),
        addresses=_addresses(kind) if resolution == "EDS" else (),
        resolution=resolution,
        kubernetes=True,
        export_to=export_to([value for value in said if value], found.namespace, default_exports),
        selector=tuple(sorted(spec.selector.items())),
        translated=translated(found),
        distribution=found.annotations.get(DISTRIBUTION) or spec.traffic_distribution,
        alias_of=spec.external_name.lower() if resolution == "ALIAS" else "",
        created=found.created,
        origin=found.origin,
    )


def translated(found: Object) -> bool:
    """Say whether gateways behind a service listen on its target ports, as they do unless its label says no."""
    return found.labels.get(_NOT_TRANSLATED) != "true"


def _resolution(found: Object) -> Resolution:
    spec = found.model.spec
    if spec.type == "ExternalName":
        return "ALIAS"
    return "HEADLESS" if spec.cluster_ip == "None" else "EDS"


def _addresses(kind: Kind) -> tuple[str, ...]:
    spec = kind.spec
    return spec.cluster_ips or ((spec.cluster_ip,) if spec.cluster_ip else ())


def _port(port: KindPort) -> ServicePort:
    protocol = protocols.of_service_port(port.name, port.port, port.protocol, port.app_protocol)
    return ServicePort(port.port, port.name, protocol, port.target_port or port.port)

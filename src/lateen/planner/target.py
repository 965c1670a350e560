"""Which service, port and subset a destination means."""

from msgspec import Struct

from lateen.base.hosts import fqdn
from lateen.kinds.networking.destination import Destination
from lateen.planner import names
from lateen.planner.site import Place


class Target(Struct, frozen=True):
    """`host`: in full, in lower case; `port` as the service numbers it; `subset` "" = none."""

    host: str
    port: int
    subset: str

    @property
    def upstream(self) -> str:
        """The name of its upstream."""
        return names.outbound(self.port, self.subset, self.host)


def resolve(destination: Destination, place: Place) -> Target:
    """Resolve a destination. Without a port: the service's only one, else the one where the request came in."""
    host = fqdn(destination.host, place.namespace).lower()
    number = destination.port.number if destination.port and destination.port.number else 0
    if not number:
        service = place.directory.service(host)
        number = service.ports[0].number if service and len(service.ports) == 1 else place.site.port
    return Target(host, number, destination.subset)

"""Which service, port and subset a destination means."""

from msgspec import Struct

from lateen.base.hosts import fqdn
from lateen.kinds.networking.destination import Destination
from lateen.planner import names
from lateen.planner.site import Place


class Target(Struct, frozen=True):
    """`host`: in full, in lower case; `port` as the service numbers it, 0 = not said; `subset` "" = none."""

    host: str
    port: int = 0
    subset: str = ""

    @property
    def upstream(self) -> str:
        """The name of its upstream."""
        return names.outbound(self.port, self.subset, self.host)


def target(destination: Destination, namespace: str) -> Target:
    """Read a destination; a short host is in the namespace of the object that names it."""
    port = destination.port.number if destination.port else 0
    return Target(fqdn(destination.host, namespace).lower(), port, destination.subset)


def resolve(said: Target, place: Place) -> Target:
    """Find the port of a target that says none: the service's only one, else the one where the request came in."""
    if said.port:
        return said
    service = place.directory.service(said.host)
    number = service.ports[0].number if service and len(service.ports) == 1 else place.site.port
    return Target(said.host, number, said.subset)

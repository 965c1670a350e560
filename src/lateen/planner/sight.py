"""What a client sees of a host on one of its listeners."""

from msgspec import Struct

from lateen.planner.client import Client
from lateen.planner.sidecar import Egress
from lateen.planner.site import MESH_GATEWAY, Directory, Place, Site
from lateen.planner.traffic import Traffic


class Sight(Struct, frozen=True):
    """`rules`: those that the client obeys for the host on the listener `egress`; `directory`: what it knows of
    other hosts. `by_address`: requests to the host's addresses are for it, whatever host they ask for."""

    client: Client
    egress: Egress
    rules: Traffic | None
    directory: Directory
    by_address: bool = False

    def place(self, port: int) -> Place:
        """Return where rules are read, for what was sent to a port."""
        client = self.client
        site = Site(
            namespace=client.namespace,
            gateway=MESH_GATEWAY,
            port=port,
            labels=client.labels,
            retries=client.mesh.retries,
        )
        return Place(site, self.directory)

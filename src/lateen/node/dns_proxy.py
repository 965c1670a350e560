"""A pod's DNS proxy: the names of the mesh from the control plane, all others from the pod's own resolvers."""

import socket
from collections.abc import Callable
from dataclasses import dataclass

from lateen.base.clock import Clock
from lateen.base.tasks import cancel, spawn
from lateen.node.dns_listener import DnsListener
from lateen.node.feed import Speaker
from lateen.node.name_feed import NameFeed, Open
from lateen.node.name_server import NameServer
from lateen.node.names import Names
from lateen.node.resolvers import Resolvers

# Bound sockets for datagrams, and listening ones for streams.
Sockets = tuple[list[socket.socket], list[socket.socket]]


@dataclass(frozen=True)
class DnsSettings:
    """`domain`: the pod's first search domain. `sockets` makes those on which its queries arrive; may raise OSError."""

    domain: str
    speaker: Speaker
    resolvers: Resolvers
    sockets: Callable[[], Sockets]


class DnsProxy:
    """Answers from `start` to `close`."""

    def __init__(self, settings: DnsSettings, opened: Open, clock: Clock) -> None:
        self.server = NameServer(Names(settings.domain), settings.resolvers)
        self._sockets = settings.sockets
        self._listener = DnsListener(self.server.answer)
        feed = NameFeed(settings.speaker, opened, self.server, clock)
        self._feeding = spawn(feed.run(), name=f"names of {settings.speaker.node_id}")

    async def start(self) -> None:
        """Begin to answer. Raises OSError."""
        await self._listener.start(*self._sockets())

    async def close(self) -> None:
        """Stop answering; the table is forgotten."""
        await cancel(self._feeding)
        await self._listener.close()

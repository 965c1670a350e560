"""Keep a pod's names as the control plane has them."""

from collections.abc import Awaitable, Callable
from typing import Any

from lateen.base.clock import Clock
from lateen.node.feed import Feed, Speaker
from lateen.node.name_server import NameServer
from lateen.proto.name_table import NAME, NameInfo
from lateen.xds.subscriber import Changes

# Opens a delta stream for the pod; raises LateenError.
Open = Callable[[], Awaitable[Any]]


class NameFeed:
    """Feeds a `NameServer`. What it knows stays while the control plane is away; a new stream brings what differs."""

    def __init__(self, speaker: Speaker, opened: Open, server: NameServer, clock: Clock) -> None:
        self._server = server

        async def open_for_pod() -> tuple[Any, Speaker]:
            return await opened(), speaker

        self._feed = Feed(NAME, self._take, open_for_pod, clock, f"names of {speaker.node_id}")

    async def run(self) -> None:
        """Feed until cancelled."""
        await self._feed.run()

    def _take(self, changes: Changes) -> None:
        """Take a response's changes, all of them or, raising ValueError, none."""
        found = {host: None if data is None else NameInfo.decode(data) for host, data in changes.items()}
        self._server.names.update(found)
        self._server.known.set()

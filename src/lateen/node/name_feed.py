"""Keep a pod's names as the control plane has them, through lost connections and ended tokens."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

import grpc
import grpc.aio

from lateen.base.clock import Clock
from lateen.base.errors import LateenError
from lateen.node.name_server import NameServer
from lateen.proto.name_table import NAME, NameInfo
from lateen.xds.subscriber import Changes, Subscriber

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0

_log = logging.getLogger(__name__)

# Opens a delta stream for the pod; raises LateenError.
Open = Callable[[], Awaitable[Any]]


class Speaker(NamedTuple):
    """Whom the agent speaks for: the node id of the pod's proxy, and what of its metadata counts for names."""

    node_id: str
    metadata: Mapping[str, str]


class NameFeed:
    """Feeds a `NameServer`. What it knows stays while the control plane is away; a new stream brings what differs."""

    def __init__(self, speaker: Speaker, opened: Open, server: NameServer, clock: Clock) -> None:
        self._speaker, self._open, self._server, self._clock = speaker, opened, server, clock
        self._subscriber = Subscriber(NAME, self._take)
        self._pause = _FIRST_PAUSE

    async def run(self) -> None:
        """Feed until cancelled."""
        while True:
            try:
                await self._listen()
                reason = "the control plane ended the stream"
            except grpc.aio.AioRpcError as error:
                reason = f"{error.code().name.lower()}: {error.details()}"
            except (LateenError, ValueError) as error:
                reason = str(error)
            level = logging.WARNING if self._pause == _LONGEST_PAUSE else logging.INFO
            _log.log(level, "%s: names may be old, again in %.1f s: %s", self._speaker.node_id, self._pause, reason)
            await self._clock.sleep(self._pause)
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)

    async def _listen(self) -> None:
        stream = await self._open()
        try:
            await stream.write(self._subscriber.opening(*self._speaker))
            while (response := await stream.read()) is not grpc.aio.EOF:
                await stream.write(self._subscriber.receive(response))
                self._pause = _FIRST_PAUSE
        finally:
            stream.cancel()

    def _take(self, changes: Changes) -> None:
        """Take a response's changes, all of them or, raising ValueError, none."""
        found = {host: None if data is None else NameInfo.decode(data) for host, data in changes.items()}
        self._server.names.update(found)
        self._server.known.set()

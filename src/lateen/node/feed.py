"""Keep what the control plane tells an agent by a delta stream, through lost connections and ended tokens."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import grpc
import grpc.aio

from lateen.base.clock import Clock
from lateen.base.errors import LateenError
from lateen.base.tasks import cancel, spawn
from lateen.xds.subscriber import Changes, Subscriber

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0

_log = logging.getLogger(__name__)


class Speaker(NamedTuple):
    """Whom the agent speaks for: the node id of a pod's proxy, and what of its metadata counts."""

    node_id: str
    metadata: Mapping[str, str]


# Opens a delta stream, and says for whom; raises LateenError.
Open = Callable[[], Awaitable[tuple[Any, Speaker]]]


async def _at_once() -> None:
    """What is taken is applied."""


class Feed:
    """Gives `take` what changes of one type. A new stream brings what differs from what is known."""

    def __init__(
        self, type_url: str, take: Callable[[Changes], None], opened: Open, clock: Clock, what: str,
        applied: Callable[[], Awaitable[None]] = _at_once,
    ) -> None:  # fmt: skip
        """`take` raises ValueError to refuse a response; `what` names in the log what may be old meanwhile. Responses
        are acknowledged when `applied` returns, those that come meanwhile with them."""
        self._open, self._clock, self._what, self._applied = opened, clock, what, applied
        self._subscriber = Subscriber(type_url, take)
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
            except asyncio.CancelledError:
                # So gRPC ends the streams of a connection that is closed, as after a change of roots: only who is
                # cancelled himself may take it for his own end.
                if (task := asyncio.current_task()) is None or task.cancelling():
                    raise
                reason = "the connection was given up for another one"
            level = logging.WARNING if self._pause == _LONGEST_PAUSE else logging.INFO
            _log.log(level, "%s may be old, again in %.1f s: %s", self._what, self._pause, reason)
            await self._clock.sleep(self._pause)
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)

    async def _listen(self) -> None:
        stream, speaker = await self._open()
        answers: list[bytes] = []
        answering: asyncio.Task[None] | None = None
        try:
            await stream.write(self._subscriber.opening(*speaker))
            while (response := await stream.read()) is not grpc.aio.EOF:
                await cancel(answering)
                answers.append(self._subscriber.receive(response))
                self._pause = _FIRST_PAUSE
                answering = spawn(self._answer(stream, answers), name=f"answers about {self._what}")
        finally:
            await cancel(answering)
            stream.cancel()

    async def _answer(self, stream: Any, answers: list[bytes]) -> None:
        await self._applied()
        with suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):  # whoever reads hears of the stream's end
            while answers:
                await stream.write(answers[0])
                del answers[0]

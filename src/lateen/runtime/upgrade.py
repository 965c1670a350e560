"""WebSockets that clients open to the kubelet: agreed upon, and given up when the other end is gone."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from aiohttp import web

from lateen.base.clock import Clock
from lateen.base.tasks import cancel, spawn

LARGEST = 4 * 2**20

# Seconds between pings. No answer is waited for, for a client that is slow to take data is slow to answer;
# but writing to an end that is gone fails, also while nothing is read from it.
KNOCK = 5.0


@asynccontextmanager
async def upgraded(
    request: web.Request, protocols: Sequence[str], clock: Clock
) -> AsyncIterator[web.WebSocketResponse]:
    """Open the WebSocket that `request` asks for; it is closed behind the block.

    Raises HTTPUpgradeRequired for a request that asks for none, HTTPBadRequest where no protocol fits.
    """
    socket = web.WebSocketResponse(protocols=protocols, compress=False, max_msg_size=LARGEST, timeout=2)
    if not socket.can_prepare(request):
        raise web.HTTPUpgradeRequired(text=f"upgrade to a WebSocket that speaks {' or '.join(protocols)}\n")
    offered = {each.strip() for each in request.headers.get("Sec-WebSocket-Protocol", "").split(",")}
    if not offered & set(protocols):
        raise web.HTTPBadRequest(text=f"the WebSocket must speak {' or '.join(protocols)}\n")
    await socket.prepare(request)
    knocking = spawn(_knock(socket, clock), name="pings of a WebSocket")
    try:
        yield socket
        with suppress(ConnectionError):
            await socket.close()  # may take as long as the client takes what was sent to it
    finally:
        await cancel(knocking)


async def _knock(socket: web.WebSocketResponse, clock: Clock) -> None:
    with suppress(ConnectionError):
        while True:
            await clock.sleep(KNOCK)
            await socket.ping()

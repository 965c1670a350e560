"""Run a command in a container and return what it prints, over a WebSocket as kubectl does.

https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/4006-transition-spdy-to-websockets
"""

from collections.abc import Sequence
from urllib.parse import urlencode

import aiohttp
import msgspec

from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.sources.client import Client

_PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
_OUT, _ERR, _STATUS = 1, 2, 3


async def run_in_pod(client: Client, pod: Key, container: str, command: Sequence[str], seconds: float = 30.0) -> bytes:
    """Return the standard output of a command that succeeds.

    Raises ApiError when it may not be run, LateenError with what it said when it fails.
    """
    query = [("container", container), ("stdout", "true"), ("stderr", "true"), *(("command", one) for one in command)]
    path = f"/api/v1/namespaces/{pod.namespace}/pods/{pod.name}/exec?{urlencode(query)}"
    parts: dict[int, bytearray] = {channel: bytearray() for channel in (_OUT, _ERR, _STATUS)}
    async with client.websocket(path, _PROTOCOLS, seconds) as socket:
        async for message in socket:
            if message.type is aiohttp.WSMsgType.BINARY and message.data:
                parts.setdefault(message.data[0], bytearray()).extend(message.data[1:])
    if wrong := _failure(bytes(parts[_STATUS])):
        said = parts[_ERR].decode(errors="replace").strip() or wrong
        raise LateenError(f"{command[0]} in pod {pod}, container {container}: {said}")
    return bytes(parts[_OUT])


def _failure(status: bytes) -> str:
    """Why the command failed; "" when it did not."""
    if not status:
        return "the connection ended before the command did"
    found = msgspec.json.decode(status)
    return "" if found.get("status") == "Success" else str(found.get("message", "it failed"))

"""Pass requests for pods' logs, ports and commands on to the node, over its unix socket, streaming both ways."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
from aiohttp import web

from lateen.apiserver.relay import CLOSING, LARGEST, asks_for_websocket, chosen_protocol, relay
from lateen.apiserver.status import Refusal, bad_request

Raw = dict[str, Any]
Query = Sequence[tuple[str, str]]

# Headers that belong to one connection, not to the message (RFC 9110 section 7.6.1), and our own credentials.
_HOP = frozenset(
    {
        "authorization",
        "connection",
        "content-length",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
# The subprotocols of remote commands; those of forwarded ports.
COMMAND_PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
FORWARD_PROTOCOLS = ("SPDY/3.1+portforward.k8s.io",)
_DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"


class KubeletLink:
    """The way to the node. `socket` need not exist yet: without a node requests are refused (503)."""

    def __init__(self, socket: Path | None) -> None:
        self._socket = socket
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close all connections to the node."""
        if self._session is not None:
            await self._session.close()

    async def log(self, request: web.Request, pod: Raw) -> web.StreamResponse:
        """Answer pods/log: the node's own answer, as it comes; a refusal in the node's words."""
        path = _container_path(request, pod, "containerLogs")
        return await self._forward(request, path, _options(request), refusals=True)

    async def command(self, request: web.Request, pod: Raw, action: str) -> web.StreamResponse:
        """Answer pods/exec and pods/attach (`action`), by WebSocket."""
        return await self._connect(request, _container_path(request, pod, action), COMMAND_PROTOCOLS)

    async def forward(self, request: web.Request, pod: Raw) -> web.StreamResponse:
        """Answer pods/portforward, by WebSocket."""
        path = f"/portForward/{_placed(pod)}/{pod['metadata']['name']}"
        return await self._connect(request, path, FORWARD_PROTOCOLS)

    async def proxy(self, request: web.Request, pod: Raw, port: str, rest: str) -> web.StreamResponse:
        """Answer pods/proxy: the answer of the pod's `port` to the request, at the path `rest` (still encoded)."""
        meta = pod["metadata"]
        path = f"/proxy/{meta['namespace']}/{meta['name']}/{quote(port or first_port(pod), safe='')}/{rest}"
        return await self._forward(request, path, list(request.query.items()))

    async def _forward(
        self, request: web.Request, path: str, query: Query, *, refusals: bool = False
    ) -> web.StreamResponse:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
        try:
            answer = await self._opened().request(
                request.method,
                f"http://node{path}",
                params=query,
                headers=headers,
                data=request.content if request.can_read_body else None,
                allow_redirects=False,
            )
        except (aiohttp.ClientError, OSError) as error:
            raise Refusal(503, f"the node does not answer: {error}") from error
        async with answer:
            if refusals and answer.status >= 400:
                raise Refusal(answer.status, (await answer.text()).strip())
            return await _stream(request, answer)

    async def _connect(self, request: web.Request, path: str, protocols: Sequence[str]) -> web.StreamResponse:
        """Join a client's WebSocket with one to the node; Refusal for what the node refuses, in its words."""
        query = _options(request)
        if not asks_for_websocket(request):
            raise await self._refused(path, query)
        protocol = chosen_protocol(request, protocols)
        closing = aiohttp.ClientWSTimeout(ws_close=CLOSING)
        try:
            node = await self._opened().ws_connect(
                f"http://node{path}", params=query, protocols=[protocol], timeout=closing, max_msg_size=LARGEST
            )
        except aiohttp.WSServerHandshakeError as error:
            raise await self._refused(path, query) from error
        except (aiohttp.ClientError, OSError) as error:
            raise Refusal(503, f"the node does not answer: {error}") from error
        return await relay(request, node)

    async def _refused(self, path: str, query: Query) -> Refusal:
        """What the node says to the same request without a WebSocket: what stands in the way, or that it needs one."""
        try:
            async with self._opened().get(f"http://node{path}", params=query) as answer:
                words = (await answer.text()).strip()
        except (aiohttp.ClientError, OSError) as error:
            return Refusal(503, f"the node does not answer: {error}")
        if answer.status == 426:
            return bad_request(f"{words}: SPDY alone is not spoken here, use kubectl 1.31 or newer")
        return Refusal(answer.status, words)

    def _opened(self) -> aiohttp.ClientSession:
        if self._socket is None:
            raise Refusal(503, "this API server has no node")
        if self._session is None:
            connector = aiohttp.UnixConnector(str(self._socket), limit=0)
            timeout = aiohttp.ClientTimeout(total=None, connect=5)
            self._session = aiohttp.ClientSession(connector=connector, timeout=timeout, auto_decompress=False)
        return self._session


async def _stream(request: web.Request, answer: aiohttp.ClientResponse) -> web.StreamResponse:
    headers = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP}
    response = web.StreamResponse(status=answer.status, headers=headers)
    await response.prepare(request)
    try:
        async for chunk in answer.content.iter_any():
            await response.write(chunk)
        await response.write_eof()
    except aiohttp.ClientError:  # the node is gone in the middle: so is the answer, visibly
        if request.transport is not None:
            request.transport.abort()
    return response


def _container_path(request: web.Request, pod: Raw, action: str) -> str:
    """The node's path for a container of a pod; Refusal 400 where there is none."""
    meta = pod["metadata"]
    container = request.query.get("container") or default_container(pod)
    check_container(pod, container)
    return f"/{action}/{_placed(pod)}/{meta['name']}/{container}"


def _placed(pod: Raw) -> str:
    """The namespace of a pod that has a node; Refusal 400 for one that has none."""
    if not pod["spec"].get("nodeName"):
        raise bad_request(f"pod {pod['metadata']['name']} does not run on any node yet")
    return str(pod["metadata"]["namespace"])


def _options(request: web.Request) -> Query:
    return [(name, value) for name, value in request.query.items() if name != "container"]


def _containers(pod: Raw) -> list[str]:
    fields = ("containers", "initContainers", "ephemeralContainers")
    return [container["name"] for field in fields for container in pod["spec"].get(field) or ()]


def default_container(pod: Raw) -> str:
    """The container that is meant when none is named; Refusal 400 when that is not clear."""
    named = (pod["metadata"].get("annotations") or {}).get(_DEFAULT_CONTAINER)
    if named in _containers(pod):
        return str(named)
    own = [container["name"] for container in pod["spec"]["containers"]]
    if len(own) == 1:
        return str(own[0])
    inits = [container["name"] for container in pod["spec"].get("initContainers") or ()]
    more = f" or one of the init containers: [{' '.join(inits)}]" if inits else ""
    name = pod["metadata"]["name"]
    raise bad_request(f"a container name must be specified for pod {name}, choose one of: [{' '.join(own)}]{more}")


def check_container(pod: Raw, container: str) -> None:
    """Refuse (400) a container that the pod does not have."""
    if container not in _containers(pod):
        raise bad_request(f"container {container} is not valid for pod {pod['metadata']['name']}")


def first_port(pod: Raw) -> str:
    """The port that is meant when none is named: the first that a container declares; Refusal 400 without one."""
    for container in pod["spec"]["containers"]:
        for port in container.get("ports") or ():
            return str(port["containerPort"])
    raise bad_request(f"pod {pod['metadata']['name']} declares no port: name one")

"""A control plane of a test's own over a real API server, and delta clients that acknowledge everything, or what they are told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
from apiservers import Served, served

from lateen.apiserver.credentials import ISTIOD
from lateen.app.control_plane import ControlPlane, Places
from lateen.base.clock import SystemClock
from lateen.base.tasks import cancel, spawn, until
from lateen.kinds.all import by_kind
from lateen.proto import descriptors, types
from lateen.server.ads import SERVICE
from lateen.server.grpc_server import Endpoint
from lateen.sources.client import Client

NAME = "istiod.istio-system.svc"
_OPTIONS = [("grpc.ssl_target_name_override", NAME)]
_TYPES = (types.CLUSTER, types.LISTENER)


@dataclass
class Plane:
    """A running control plane, and what tests change its world with."""

    control: ControlPlane
    api: Served
    admin: Client
    places: Places
    _proxies: list["Proxy"] = field(default_factory=list)

    async def put(self, *objects: dict[str, Any]) -> list[dict[str, Any]]:
        """Apply objects with their status; returns them as they are then."""
        found = []
        for raw in objects:
            kind = by_kind(raw["kind"], raw["apiVersion"].rpartition("/")[0])
            after, _ = await self.admin.apply(kind, {name: raw[name] for name in raw if name != "status"}, force=True)
            if "status" in raw:
                after = await self.admin.update_status(kind, after | {"status": raw["status"]})
            found.append(after)
        return found

    async def seen(self, objects: list[dict[str, Any]]) -> None:
        """Wait until the control plane has taken in what `put` returned."""
        for raw in objects:
            version = int(raw["metadata"]["resourceVersion"])
            name = by_kind(raw["kind"], raw["apiVersion"].rpartition("/")[0]).name
            look = lambda kind=name, version=version: self.control.source.seen.get(kind, 0) >= version  # noqa: E731
            await until(look, seconds=10, what=f"{raw['kind']} to be seen")
        await self.control.pump.idle()

    async def connect(
        self,
        pod: str,
        namespace: str = "shop",
        account: str = "default",
        refuses: dict[str, str] | None = None,
        asks: tuple[str, ...] = _TYPES,
    ) -> "Proxy":
        """Connect as the proxy of a pod, with a certificate of a service account; raises grpc.aio.AioRpcError."""
        uri = f"spiffe://cluster.local/ns/{namespace}/sa/{account}"
        pair = self.control.authority.server_certificate([], uri)
        credentials = grpc.ssl_channel_credentials(self.control.authority.trust.pem, pair.key.reveal(), pair.chain)
        channel = grpc.aio.secure_channel(self.places.endpoints[0].address, credentials, _OPTIONS)
        proxy = Proxy(channel, f"sidecar~10.244.0.1~{pod}.{namespace}~{namespace}.svc.cluster.local", asks)
        proxy.refuses |= refuses or {}
        self._proxies.append(proxy)
        await proxy.subscribe()
        return proxy

    async def close(self) -> None:
        for proxy in self._proxies:
            await proxy.close()


class Proxy:
    """A client that subscribes to everything, acknowledges everything, and knows the names of what it has."""

    def __init__(self, channel: grpc.aio.Channel, node: str, asks: tuple[str, ...] = _TYPES) -> None:
        self.names: dict[str, set[str]] = {type_url: set() for type_url in asks}
        self._asks = asks
        self.node = node
        self.hold = asyncio.Event()
        """Acknowledge nothing while this is clear."""
        self.hold.set()
        self.refuses: dict[str, str] = {}
        """What to say, by name, of resources that are not taken: each alone, as Envoy does with clusters."""
        self._channel = channel
        self._stream: Any = channel.stream_stream(f"/{SERVICE}/DeltaAggregatedResources")(timeout=60)
        self._request = descriptors.message("envoy.service.discovery.v3.DeltaDiscoveryRequest")
        self._response = descriptors.message("envoy.service.discovery.v3.DeltaDiscoveryResponse")
        self._reader: asyncio.Task[None] | None = None

    async def subscribe(self) -> None:
        """Ask for everything; raises grpc.aio.AioRpcError when refused."""
        request = self._request(type_url=self._asks[0], resource_names_subscribe=["*"])
        request.node.id = self.node
        await self._stream.write(request.SerializeToString())
        await self._read()  # a refusal comes with the first answer: writing on would hide its reason
        for type_url in self._asks[1:]:
            await self._stream.write(self._request(type_url=type_url).SerializeToString())
        self._reader = spawn(self._listen(), name=f"proxy {self.node}")

    async def has(self, type_url: str, name: str, there: bool = True) -> None:
        """Wait until the proxy has a resource (or has it no more)."""
        await until(lambda: (name in self.names[type_url]) is there, seconds=10, what=f"{name}: {there}")

    async def close(self) -> None:
        self._stream.cancel()
        await cancel(self._reader)
        await self._channel.close()

    async def _listen(self) -> None:
        while await self._read():
            pass

    async def _read(self) -> bool:
        data = await self._stream.read()
        if data is grpc.aio.EOF:
            return False
        response = self._response.FromString(data)
        names = self.names[response.type_url]
        bad = [each.name for each in response.resources if each.name in self.refuses]
        names |= {each.name for each in response.resources}.difference(bad)
        names -= set(response.removed_resources)
        await self.hold.wait()
        acknowledgement = self._request(type_url=response.type_url, response_nonce=response.nonce)
        if bad:
            told = ", ".join(f"{name}: {self.refuses[name]}" for name in bad)
            acknowledgement.error_detail.message = f"Error adding/updating cluster(s) {told}"
        await self._stream.write(acknowledgement.SerializeToString())
        return True


@asynccontextmanager
async def plane(folder: Path) -> AsyncIterator[Plane]:
    """Run a control plane over an API server, both with their files in `folder`, until the block ends."""
    sockets = Endpoint(f"unix:{folder}/mutual.sock", mutual=True), Endpoint(f"unix:{folder}/token.sock", mutual=False)
    places = Places(pki=folder / "mesh", debug_socket=folder / "debug.sock", endpoints=sockets)
    async with served(folder) as api, api.client() as admin, api.client(ISTIOD) as client:
        for kind, meta in (
            ("Namespace", {"name": "istio-system"}),
            ("Namespace", {"name": "shop"}),
            ("ServiceAccount", {"name": "default", "namespace": "shop"}),
        ):
            await admin.apply(by_kind(kind), {"apiVersion": "v1", "kind": kind, "metadata": meta}, force=True)
        made = Plane(ControlPlane(client, places, SystemClock()), api, admin, places)
        running = spawn(made.control.run(), name="control plane")
        try:
            await until((folder / "token.sock").exists, seconds=20, what="the control plane")
            yield made
        finally:
            await made.close()
            await cancel(running)

"""What the pods of one node share: the API, the network, sandboxes, images, proxies, folders, the clock."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lateen.base.clock import Clock
from lateen.base.refs import Key
from lateen.kinds.all import by_kind
from lateen.runtime.events import Teller, untold
from lateen.runtime.images import Images
from lateen.runtime.logs import Clerk
from lateen.runtime.network import Network
from lateen.runtime.proxy import Proxies
from lateen.runtime.sandbox import Sandboxes
from lateen.sources.client import ApiError, Client

Json = dict[str, Any]


async def at_once(pod: Json) -> None:
    """There are no proxies to wait for."""


async def no_services(namespace: str) -> list[Json]:
    """There are no services."""
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One node. `run` and `logs` are folders of its own.

    `drained` returns when no proxy sends to the (deleted) pod any more; it is given a few seconds at most.
    `relabelled` has what a pod's certificate says of it follow its labels. `tell` tells people what happens to an
    object. `services` are those of a namespace.
    """

    node: str
    ip: str
    client: Client
    network: Network
    sandboxes: Sandboxes
    proxies: Proxies
    clock: Clock
    run: Path
    logs: Path
    clerk: Clerk
    images: Images = field(default_factory=Images)
    drained: Callable[[Json], Awaitable[None]] = at_once
    relabelled: Callable[[Json], Coroutine[Any, Any, None]] = at_once
    tell: Teller = untold
    services: Callable[[str], Awaitable[list[Json]]] = no_services

    def folder(self, uid: str) -> Path:
        """The pod's folder: volumes, its proxy's bootstrap and socket (a socket's path must stay short)."""
        return self.run / "pods" / uid

    async def lookup(self, kind: str, key: Key) -> Json | None:
        """Read an object; None when there is none."""
        try:
            return await self.client.get(by_kind(kind), key)
        except ApiError as error:
            if error.code != 404:
                raise
            return None

    async def token(self, pod: Json, audience: str, seconds: int) -> str:
        """A token of the pod's service account, bound to the pod."""
        metadata = pod["metadata"]
        account = Key(metadata["namespace"], pod["spec"].get("serviceAccountName") or "default")
        audiences = (audience,) if audience else ()
        bound = (metadata["name"], metadata["uid"])
        token = await self.client.token(account, audiences, pod=bound, seconds=seconds)
        return token.reveal().decode()

"""An API server as the contract's tests see it: the admin's client and raw requests, in a namespace of the test's own."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import yaml
from apiservers import NAMESPACE

from lateen.base.refs import Key
from lateen.base.tasks import until_seen
from lateen.kinds.all import by_kind
from lateen.kinds.spec import KindSpec
from lateen.sources.access import Access
from lateen.sources.client import ApiError, Client
from lateen.sources.kubeconfig import load_kubeconfig
from lateen.sources.urls import object_url

SERVICE_ACCOUNT = by_kind("ServiceAccount")
_JSON = "application/json"


@dataclass(frozen=True)
class Answer:
    """What a server answered: `body` is decoded JSON, or text when it is no JSON."""

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Api:
    """A server ("embedded" or "kubernetes"), its admin, and a namespace that only this test uses."""

    server: str
    kubeconfig: Path
    namespace: str
    client: Client
    _admin: Access = field(repr=False)
    _stranger: Access = field(repr=False)
    _session: aiohttp.ClientSession = field(repr=False)

    def key(self, name: str) -> Key:
        """An object in the test's namespace."""
        return Key(self.namespace, name)

    def path(self, kind: KindSpec | str, name: str = "", *, version: str = "", subresource: str = "") -> str:
        """The path of a kind in the test's namespace (of a kind without namespaces: everywhere), or of one object."""
        spec = by_kind(kind) if isinstance(kind, str) else kind
        return object_url(spec, self.key(name), version, subresource)

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        content_type: str = _JSON,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        token: str | None = None,
    ) -> Answer:
        """Send any request and return the answer, whatever it is. `body`: bytes as they are, else sent as JSON.

        As the admin; as the owner of `token` when given; as nobody when `token` is "".
        """
        async with self.open(
            method, path, body, content_type=content_type, query=query, headers=headers, token=token
        ) as answer:
            text = await answer.text()
            is_json = answer.content_type == _JSON and text
            return Answer(answer.status, answer.headers, json.loads(text) if is_json else text)

    @asynccontextmanager
    async def open(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        content_type: str = _JSON,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        token: str | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Like `ask`, with the answer's body still to be read (a watch)."""
        access = self._admin if token is None else self._stranger
        shown = await access.login.current()
        bearer = {"Authorization": f"Bearer {token}"} if token else shown.headers
        sent = {"Accept": _JSON, **bearer, **(headers or {})}
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        if data is not None:
            sent["Content-Type"] = content_type
        timeout = aiohttp.ClientTimeout(total=60)
        async with self._session.request(
            method, access.url + path, params=query, data=data, headers=sent, ssl=shown.ssl or True, timeout=timeout
        ) as answer:
            yield answer


@asynccontextmanager
async def own_namespace(server: str, kubeconfig: Path, folder: Path) -> AsyncIterator[Api]:
    """Make a namespace on the server of `kubeconfig`, with its default service account; it goes when the block ends."""
    namespace = f"contract-{secrets.token_hex(4)}"
    admin = load_kubeconfig(kubeconfig)
    key = Key("", namespace)
    async with Client.from_access(admin, user_agent="test/1") as client, aiohttp.ClientSession() as session:
        await client.create(NAMESPACE, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
        try:
            await until_seen(lambda: _there(client, namespace), seconds=20, what=f"the service account of {namespace}")
            yield Api(server, kubeconfig, namespace, client, admin, _without_user(kubeconfig, folder), session)
        finally:
            async with asyncio.timeout(20):
                await client.delete(NAMESPACE, key)


async def _there(client: Client, namespace: str) -> bool:
    try:
        await client.get(SERVICE_ACCOUNT, Key(namespace, "default"))
    except ApiError as error:
        if error.code == 404:
            return False
        raise
    return True


def _without_user(kubeconfig: Path, folder: Path) -> Access:
    """The same server, as nobody."""
    config = yaml.safe_load(kubeconfig.read_text())
    for cluster in config["clusters"]:
        if authority := cluster["cluster"].get("certificate-authority"):
            cluster["cluster"]["certificate-authority"] = str(kubeconfig.parent / authority)
    for user in config["users"]:
        user["user"] = {}
    path = folder / "nobody.kubeconfig"
    path.write_text(yaml.safe_dump(config))
    return load_kubeconfig(path)

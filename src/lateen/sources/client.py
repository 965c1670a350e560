"""Speak to a Kubernetes API server: typed verbs over one HTTP session."""

import ssl as tls
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import aiohttp
import msgspec

from lateen.base.redacted import Redacted
from lateen.base.refs import Key
from lateen.kinds.spec import KindSpec
from lateen.sources.access import Access
from lateen.sources.api_error import ApiError
from lateen.sources.kubeconfig import load_kubeconfig
from lateen.sources.listwatch import PAGE, Line, Page, Scope, lines, pages
from lateen.sources.login import Login
from lateen.sources.proof import Files, Given, Proof
from lateen.sources.transport import Transport
from lateen.sources.urls import object_url, version_of

__all__ = ["ApiError", "Client", "Listing", "WatchEvent"]

Raw = dict[str, Any]

PATCH_TYPES = {
    "json": "application/json-patch+json",
    "merge": "application/merge-patch+json",
    "strategic": "application/strategic-merge-patch+json",
    "apply": "application/apply-patch+yaml",
}


class Listing(NamedTuple):
    """What a list answered; a watch from `resource_version` goes on exactly behind it."""

    items: list[Raw]
    resource_version: str


class WatchEvent(NamedTuple):
    """One line of a watch: type is ADDED, MODIFIED, DELETED or BOOKMARK."""

    type: str
    object: Raw


class Client:
    """One API server as one user. Every method raises `ApiError` when refused, aiohttp.ClientError when unreachable.

    Use as `async with Client(url) as client`, or call `close()`.
    """

    def __init__(
        self,
        url: str,
        *,
        ssl: tls.SSLContext | None = None,
        token: Redacted | str | None = None,
        token_file: Path | None = None,
        user_agent: str = "lateen",
    ) -> None:
        secret = Redacted(token.encode()) if isinstance(token, str) else token
        source = Files(token_file) if token_file else Given(Proof(secret))
        self._transport = Transport(Access(url, Login(source, ssl=ssl)), user_agent=user_agent)

    @property
    def url(self) -> str:
        """Where the server is."""
        return self._transport.url

    @classmethod
    def from_access(cls, access: Access, *, user_agent: str = "lateen") -> Self:
        """Speak to the server of `access` as its user."""
        made = cls(access.url)
        made._transport = Transport(access, user_agent=user_agent)
        return made

    @classmethod
    def from_kubeconfig(cls, path: Path, *, user_agent: str = "lateen") -> Self:
        """Speak as the current context of the kubeconfig at `path`; raises LateenError when it cannot be read."""
        return cls.from_access(load_kubeconfig(path), user_agent=user_agent)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections; open watches end."""
        await self._transport.close()

    async def get(self, kind: KindSpec, key: Key) -> Raw:
        """Read one object."""
        return await self._json("GET", object_url(kind, key))

    async def list(
        self, kind: KindSpec, namespace: str = "", *, label_selector: str = "", field_selector: str = ""
    ) -> Listing:
        """Read all objects of a kind, in pages; `namespace` "" means all namespaces."""
        scope = Scope(namespace, label_selector, field_selector)
        try:
            return await self._listed(kind, scope, PAGE)
        except ApiError as error:
            if not error.gone:
                raise
        return await self._listed(kind, scope, 0)  # too large to be read in pages while they are kept

    async def _listed(self, kind: KindSpec, scope: Scope, limit: int) -> Listing:
        items: list[Raw] = []
        version = ""
        head = {"apiVersion": kind.api_versions[0], "kind": kind.kind}
        async for page in self.pages(kind, scope, limit=limit):
            items += [head | msgspec.json.decode(item) for item in page.items]
            version = page.resource_version
        return Listing(items, version)

    def pages(self, kind: KindSpec, scope: Scope, *, limit: int = PAGE) -> AsyncIterator[Page]:
        """Yield a list page by page, undecoded; see `listwatch.pages`."""
        return pages(self._transport, kind, scope, limit=limit)

    def lines(self, kind: KindSpec, resource_version: str, scope: Scope, *, seconds: int = 300) -> AsyncIterator[Line]:
        """Yield the lines of a watch, undecoded; see `listwatch.lines`."""
        return lines(self._transport, kind, resource_version, scope, seconds=seconds)

    async def create(self, kind: KindSpec, raw: Mapping[str, Any]) -> Raw:
        """Create an object; its key and version come from `raw`."""
        key = Key(_key(kind, raw).namespace, "")
        return await self._json("POST", object_url(kind, key, version_of(kind, raw)), body=raw)

    async def replace(self, kind: KindSpec, raw: Mapping[str, Any]) -> Raw:
        """Replace an object; with metadata.resourceVersion only when it is still at that version."""
        return await self._json("PUT", object_url(kind, _key(kind, raw), version_of(kind, raw)), body=raw)

    async def update_status(self, kind: KindSpec, raw: Mapping[str, Any]) -> Raw:
        """Replace an object's status and nothing else."""
        url = object_url(kind, _key(kind, raw), version_of(kind, raw), "status")
        return await self._json("PUT", url, body=raw)

    async def patch(
        self, kind: KindSpec, key: Key, body: Any, patch_type: str = "merge", *, subresource: str = ""
    ) -> Raw:
        """Patch an object; `patch_type` is json, merge or strategic, `body` the decoded patch."""
        url = object_url(kind, key, subresource=subresource)
        return await self._json("PATCH", url, body=body, content_type=PATCH_TYPES[patch_type])

    async def apply(
        self, kind: KindSpec, raw: Mapping[str, Any], manager: str = "lateen", *, force: bool = False
    ) -> tuple[Raw, bool]:
        """Apply on the server, as `manager`; returns the object and whether it was created.

        Raises ApiError(409) naming the other manager when a field is its own, unless `force`.
        """
        query = {"fieldManager": manager, "force": "true" if force else "false"}
        url = object_url(kind, _key(kind, raw), version_of(kind, raw))
        answer = await self._transport.send("PATCH", url, query, raw, PATCH_TYPES["apply"])
        async with answer:
            return msgspec.json.decode(await answer.read()), answer.status == 201

    async def apply_status(self, kind: KindSpec, raw: Mapping[str, Any], manager: str, *, version: str = "") -> None:
        """Apply the status of `raw` (with its uid: of that object only) as `manager`, over whoever wrote it before."""
        query = {"fieldManager": manager, "force": "true"}
        url = object_url(kind, _key(kind, raw), version or version_of(kind, raw), "status")
        await self._json("PATCH", url, query=query, body=raw, content_type=PATCH_TYPES["apply"])

    async def delete(
        self,
        kind: KindSpec,
        key: Key,
        *,
        grace_seconds: int | None = None,
        uid: str = "",
        propagation: str = "Background",
    ) -> Raw:
        """Delete an object; with `uid` only if it is still that one. Returns the object or a Status."""
        options: Raw = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": propagation}
        if grace_seconds is not None:
            options["gracePeriodSeconds"] = grace_seconds
        if uid:
            options["preconditions"] = {"uid": uid}
        return await self._json("DELETE", object_url(kind, key), body=options)

    async def watch(
        self,
        kind: KindSpec,
        resource_version: str,
        *,
        namespace: str = "",
        label_selector: str = "",
        field_selector: str = "",
        seconds: int = 300,
    ) -> AsyncIterator[WatchEvent]:
        """Yield what changes after `resource_version`, bookmarks included, for about `seconds`.

        Ends when the server ends it; raises ApiError (`gone` when the version is too old).
        """
        scope = Scope(namespace, label_selector, field_selector)
        async for line in lines(self._transport, kind, resource_version, scope, seconds=seconds):
            yield WatchEvent(line.type, msgspec.json.decode(line.object))

    async def token(
        self, key: Key, audiences: tuple[str, ...], *, pod: tuple[str, str] | None = None, seconds: int = 3600
    ) -> Redacted:
        """Ask for a token of the service account `key`, bound to `pod` (name, uid) when given."""
        spec: Raw = {"audiences": list(audiences), "expirationSeconds": seconds}
        if pod is not None:
            spec["boundObjectRef"] = {"apiVersion": "v1", "kind": "Pod", "name": pod[0], "uid": pod[1]}
        request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
        path = f"/api/v1/namespaces/{key.namespace}/serviceaccounts/{key.name}/token"
        answer = await self._json("POST", path, body=request)
        return Redacted(answer["status"]["token"].encode())

    async def review(self, token: Redacted, audiences: tuple[str, ...]) -> Raw:
        """Ask whose token this is, for any of `audiences`: the status of a TokenReview."""
        spec = {"token": token.reveal().decode(), "audiences": list(audiences)}
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": spec}
        answer = await self._json("POST", "/apis/authentication.k8s.io/v1/tokenreviews", body=body)
        status: Raw = answer["status"]
        return status

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        content_type: str = "application/json",
    ) -> Any:
        """Send any request; returns decoded JSON, or text when the answer is not JSON."""
        async with await self._transport.send(method, path, query, body, content_type) as answer:
            data = await answer.read()
            return msgspec.json.decode(data) if answer.content_type == "application/json" else data.decode()

    @asynccontextmanager
    async def websocket(
        self, path: str, protocols: Sequence[str], seconds: float = 30.0
    ) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """Open a WebSocket of one of `protocols`; nothing for `seconds` ends it."""
        socket = await self._transport.websocket(path, protocols, seconds)
        try:
            yield socket
        finally:
            await socket.close()

    async def stream(self, path: str, query: Mapping[str, str] | None = None) -> AsyncIterator[bytes]:
        """Yield the body of a GET as it comes, for as long as the server sends (a followed log)."""
        timeout = aiohttp.ClientTimeout(total=None, connect=10)
        async with await self._transport.send("GET", path, query, timeout=timeout) as answer:
            async for chunk in answer.content.iter_any():
                yield chunk

    async def _json(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        content_type: str = "application/json",
    ) -> Raw:
        async with await self._transport.send(method, path, query, body, content_type) as answer:
            decoded: Raw = msgspec.json.decode(await answer.read())
            return decoded


def _key(kind: KindSpec, raw: Mapping[str, Any]) -> Key:
    meta = raw.get("metadata") or {}
    return Key((meta.get("namespace") or "default") if kind.namespaced else "", meta.get("name") or "")

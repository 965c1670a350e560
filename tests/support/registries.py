"""A registry of images and a web server in one, on a real socket: the reading half of the distribution protocol.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

import base64
import gzip
import hashlib
import io
import json
import secrets
import socket
import tarfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
WASM_LAYER = "application/vnd.module.wasm.content.layer.v1+wasm"


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def archive(content: bytes, name: str = "./plugin.wasm") -> bytes:
    """A compressed layer with one file, and a folder beside it."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as made:
        folder = tarfile.TarInfo("etc")
        folder.type = tarfile.DIRTYPE
        made.addfile(folder)
        member = tarfile.TarInfo(name)
        member.size = len(content)
        made.addfile(member, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), mtime=0)


def pull_config(host: str, user: str, password: str) -> str:
    """What a Secret of the type kubernetes.io/dockerconfigjson holds."""
    auth = base64.b64encode(f"{user}:{password}".encode()).decode()
    return json.dumps({"auths": {host: {"auth": auth}}})


class ImageRegistry:
    """`files`: what is served by path, outside the registry. `accounts`: who may read; {} = everybody. `scheme`: how
    they prove it. `asked`: the paths of all requests."""

    def __init__(self) -> None:
        self.port = 0
        self.address = "127.0.0.1"
        self.files: dict[str, bytes] = {}
        self.accounts: dict[str, str] = {}
        self.scheme = "Bearer"
        self.asked: list[str] = []
        self.tags: dict[tuple[str, str], str] = {}
        self.blobs: dict[str, tuple[str, bytes]] = {}
        self._tokens: set[str] = set()

    @property
    def host(self) -> str:
        return f"{self.address}:{self.port}"

    def push(self, repository: str, tag: str, code: bytes, layer: str = WASM_LAYER) -> str:
        """Add an image with one module; returns its digest."""
        manifest = self._image(code, layer)
        return self._tag(repository, tag, DOCKER_MANIFEST if layer == DOCKER_LAYER else OCI_MANIFEST, manifest)

    def push_index(self, repository: str, tag: str, images: dict[tuple[str, str], bytes]) -> str:
        """Add an index of images by operating system and architecture."""
        listed = []
        for (system, architecture), code in images.items():
            manifest = self._image(code, OCI_LAYER)
            self.blobs[digest_of(manifest)] = OCI_MANIFEST, manifest
            listed.append({"mediaType": OCI_MANIFEST, "digest": digest_of(manifest), "size": len(manifest),
                           "platform": {"os": system, "architecture": architecture}})  # fmt: skip
        index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": listed}
        return self._tag(repository, tag, OCI_INDEX, json.dumps(index).encode())

    def _image(self, code: bytes, layer: str) -> bytes:
        content = code if layer == WASM_LAYER else archive(code)
        self.blobs[digest_of(content)] = "application/octet-stream", content
        described = {"mediaType": layer, "digest": digest_of(content), "size": len(content)}
        return json.dumps({"schemaVersion": 2, "layers": [described]}).encode()

    def _tag(self, repository: str, tag: str, kind: str, manifest: bytes) -> str:
        self.blobs[digest_of(manifest)] = kind, manifest
        self.tags[repository, tag] = digest_of(manifest)
        return digest_of(manifest)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        if request.path == "/token":
            return self._token(request)
        if request.path in self.files:
            return web.Response(body=self.files[request.path])
        if not request.path.startswith("/v2/"):
            return web.Response(status=404)
        if not self._may(request):
            return web.Response(status=401, headers={"WWW-Authenticate": self._challenge(request)})
        return self._stored(request.path.removeprefix("/v2/"))

    def _stored(self, path: str) -> web.Response:
        repository, _, digest = path.partition("/blobs/")
        if not digest:
            repository, _, name = path.partition("/manifests/")
            digest = name if name.startswith("sha256:") else self.tags.get((repository, name), "")
        if digest not in self.blobs:
            return web.json_response({"errors": [{"code": "MANIFEST_UNKNOWN"}]}, status=404)
        kind, content = self.blobs[digest]
        return web.Response(body=content, headers={"Content-Type": kind, "Docker-Content-Digest": digest})

    def _challenge(self, request: web.Request) -> str:
        if self.scheme == "Basic":
            return 'Basic realm="modules"'
        repository = request.path.removeprefix("/v2/").partition("/manifests/")[0]
        return f'Bearer realm="http://{self.host}/token",service="modules",scope="repository:{repository}:pull"'

    def _may(self, request: web.Request) -> bool:
        shown = request.headers.get("Authorization", "")
        if self.scheme == "Basic":
            return not self.accounts or self._known(shown)
        return not self.accounts or shown.removeprefix("Bearer ") in self._tokens

    def _known(self, shown: str) -> bool:
        user, _, password = base64.b64decode(shown.removeprefix("Basic ") or b"").decode().partition(":")
        return bool(user) and self.accounts.get(user) == password

    def _token(self, request: web.Request) -> web.Response:
        if not self._known(request.headers.get("Authorization", "")):
            return web.Response(status=401)
        assert request.query["service"] == "modules" and request.query["scope"].startswith("repository:")
        token = secrets.token_hex(8)
        self._tokens.add(token)
        return web.json_response({"token": token})


@asynccontextmanager
async def registry(listening: socket.socket | None = None) -> AsyncIterator[ImageRegistry]:
    """Serve a registry on `listening`, or a port of its own on the loopback, until the block ends."""
    made, app = ImageRegistry(), web.Application()
    app.router.add_get("/{path:.*}", made.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await (web.SockSite(runner, listening) if listening else web.TCPSite(runner, made.address, 0)).start()
    made.address, made.port = runner.addresses[0][:2]
    try:
        yield made
    finally:
        await runner.cleanup()

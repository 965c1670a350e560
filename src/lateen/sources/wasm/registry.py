"""Read a module out of a registry of images.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md
https://distribution.github.io/distribution/spec/auth/token/
"""

import hashlib
import re
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from lateen.base.foreign_json import read_json
from lateen.kinds.extensions.image_reference import ImageReference
from lateen.sources.fetch import Fetched, Fetcher, FetchError
from lateen.sources.wasm.archive import module_in
from lateen.sources.wasm.credentials import Credential

INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
BARE = ("application/vnd.module.wasm.content.layer.v1+wasm", "application/wasm")
"""Layers that are the module; others are archives that hold it."""
_HOSTS = {"docker.io": "registry-1.docker.io"}
_MANIFEST_LIMIT = 4 << 20
_CHALLENGE = re.compile(r'(\w+)="([^"]*)"')


class Image(NamedTuple):
    """A module, and the digests ("sha256:…") that the image it was in goes by: its own, and that of its index."""

    code: bytes
    digests: tuple[str, ...]


class Registry:
    """One registry as one user. `plain`: it speaks HTTP, without TLS."""

    def __init__(self, fetcher: Fetcher, host: str, credential: Credential | None, *, plain: bool = False) -> None:
        self._fetcher, self._credential, self._plain = fetcher, credential, plain
        self._base = f"{'http' if plain else 'https'}://{_HOSTS.get(host, host)}/v2"
        self._shown: dict[str, str] = {}

    async def module(self, reference: ImageReference, *, limit: int, seconds: float) -> Image:
        """Read the module of an image: at most `limit` bytes, each request within `seconds`. Raises FetchError."""
        self._seconds = seconds
        repository, digests = reference.repository, list[str]()
        manifest, digest = await self._manifest(repository, reference.digest or reference.tag)
        digests.append(digest)
        if manifest.get("mediaType") in INDEXES or "manifests" in manifest:
            manifest, digest = await self._manifest(repository, _chosen(manifest, reference)["digest"])
            digests.append(digest)
        layers = manifest.get("layers")
        if not isinstance(layers, list) or not layers:
            raise FetchError(f"{reference} is an image without layers")
        bare = [one for one in layers if one.get("mediaType") in BARE]
        layer = bare[0] if bare else layers[-1]
        try:
            return Image(module_in(await self._blob(repository, layer, limit), limit), tuple(digests))
        except FetchError as error:
            raise FetchError(f"{reference}: {error}", error.fix, error.status) from error

    async def _manifest(self, repository: str, name: str) -> tuple[dict[str, Any], str]:
        found = await self._get(f"/{repository}/manifests/{name}", _MANIFEST_LIMIT, ", ".join((*MANIFESTS, *INDEXES)))
        digest = _digest(found.body)
        if name.startswith("sha256:") and name != digest:
            raise FetchError(f"{found.url} sends something else: {digest}")
        try:
            manifest = read_json(found.body)
        except ValueError:
            manifest = None
        if not isinstance(manifest, dict):
            raise FetchError(f"{found.url} sends no manifest")
        return manifest, digest

    async def _blob(self, repository: str, layer: Any, limit: int) -> bytes:
        digest, size = str(layer.get("digest")), layer.get("size")
        if isinstance(size, int) and size > limit:
            raise FetchError(f"its layer is {size} bytes, more than {limit}")
        found = await self._get(f"/{repository}/blobs/{digest}", limit)
        if _digest(found.body) != digest:
            raise FetchError(f"{found.url} sends something else: {_digest(found.body)}")
        return found.body

    async def _get(self, path: str, limit: int, accept: str = "*/*") -> Fetched:
        """Read with what was shown before; where the registry asks for something, once more with that."""
        headers = {"Accept": accept}
        url = f"{self._base}{path}"
        try:
            return await self._fetch(url, limit, headers | self._shown)
        except FetchError as error:
            if error.status != 401 or self._shown:
                raise
            self._shown = await self._prove(error.headers.get("www-authenticate", ""), error)
        return await self._fetch(url, limit, headers | self._shown)

    async def _prove(self, challenge: str, refusal: FetchError) -> dict[str, str]:
        scheme, _, rest = challenge.partition(" ")
        asked = dict(_CHALLENGE.findall(rest))
        if self._credential is not None and self._credential.token is not None:
            return {"Authorization": f"Bearer {self._credential.token.reveal().decode()}"}
        if scheme.lower() == "basic" and self._credential is not None:
            return {"Authorization": self._credential.basic()}
        if scheme.lower() == "bearer" and "realm" in asked:
            return {"Authorization": f"Bearer {await self._token(asked)}"}
        raise FetchError(f"{refusal} (Unauthorized)", "name an imagePullSecret that may read it", 401)

    async def _token(self, asked: dict[str, str]) -> str:
        realm = asked["realm"]
        if urlsplit(realm).scheme != "https" and not self._plain:
            raise FetchError(f"the registry asks for a token of {realm}, without TLS")
        query = urlencode([(name, asked[name]) for name in ("service", "scope") if name in asked])
        shown = {"Authorization": self._credential.basic()} if self._credential is not None else {}
        found = await self._fetch(f"{realm}{'&' if '?' in realm else '?'}{query}", 1 << 20, shown)
        try:
            said = read_json(found.body)
            token = said.get("token") or said.get("access_token")
        except (ValueError, AttributeError):
            token = None
        if not isinstance(token, str):
            raise FetchError(f"{realm} sends no token")
        return token

    async def _fetch(self, url: str, limit: int, headers: dict[str, str]) -> Fetched:
        return await self._fetcher.get(url, limit=limit, seconds=self._seconds, headers=headers)


def _chosen(index: dict[str, Any], reference: ImageReference) -> dict[str, Any]:
    """Choose the image of an index: for WebAssembly, or else for what most servers are."""
    images = [one for one in index.get("manifests") or () if isinstance(one, dict) and "digest" in one]

    def rank(image: dict[str, Any]) -> int:
        platform = image.get("platform") or {}
        architecture = platform.get("architecture")
        return (
            2 if architecture in ("wasm", "wasm32") else int((platform.get("os"), architecture) == ("linux", "amd64"))
        )

    if not images:
        raise FetchError(f"{reference} is an index of no images")
    return max(images, key=rank)


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"

"""Load a module from wherever its URL says, and check that it is the one that is meant."""

import hashlib
from collections.abc import Callable, Collection

from lateen.kinds.extensions.image_reference import ImageReference
from lateen.sources.fetch import Fetcher, FetchError
from lateen.sources.wasm.archive import module_in
from lateen.sources.wasm.credentials import credential_for
from lateen.sources.wasm.registry import Registry

LIMIT = 32 << 20
"""Bytes of a module, packed or not: each of its proxies is sent all of them."""
SECONDS = 30.0


class Loader:
    """Loads modules. `plain()`: registries (host, with a port if need be) that speak HTTP without TLS, "*" = all."""

    def __init__(
        self, fetcher: Fetcher, plain: Callable[[], Collection[str]], *, limit: int = LIMIT, seconds: float = SECONDS
    ) -> None:
        self._fetcher, self._plain = fetcher, plain
        self._limit, self._seconds = limit, seconds

    async def load(self, url: str, sha256: str = "", pull_config: bytes | None = None) -> bytes:
        """Load the module at `url`, as an image if that has no scheme. `sha256`: of the module, or of its image;
        `pull_config`: a Docker configuration to show to registries. Raises FetchError."""
        if url.startswith(("http://", "https://")):
            found = await self._fetcher.get(url, limit=self._limit, seconds=self._seconds)
            code = self._unpacked(url, found.body)
            _check(url, sha256, code, _hex(found.body))
            return code
        try:
            reference = ImageReference.parse(url)
        except ValueError as error:
            raise FetchError(f"{url} names no image: {error}") from error
        registry, repository = reference.registry, reference.repository
        credential = credential_for(registry, repository, pull_config) if pull_config is not None else None
        source = Registry(self._fetcher, registry, credential, plain=self._is_plain(registry))
        image = await source.module(reference, limit=self._limit, seconds=self._seconds)
        _check(url, sha256, image.code, *(digest.partition(":")[2] for digest in image.digests))
        return image.code

    def _unpacked(self, url: str, data: bytes) -> bytes:
        try:
            return module_in(data, self._limit)
        except FetchError as error:
            raise FetchError(f"{url}: {error}") from error

    def _is_plain(self, registry: str) -> bool:
        plain = self._plain()
        return "*" in plain or registry in plain


def _check(url: str, wanted: str, code: bytes, *others: str) -> None:
    """Whether it is what was wanted: the module, or what it came in."""
    if wanted and wanted not in (found := (_hex(code), *others)):
        raise FetchError(f"{url} is not the module with sha256 {wanted}, but {found[-1]}")


def _hex(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

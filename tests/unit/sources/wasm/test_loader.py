"""Against real servers on this machine's loopback."""

import gzip
import hashlib
from collections.abc import AsyncIterator

import pytest
from registries import ImageRegistry, pull_config, registry

from lateen.sources.fetch import Fetcher, FetchError
from lateen.sources.guard import Guard
from lateen.sources.wasm.loader import Loader

CODE = b"\0asm\1\0\0\0code"


def hexed(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def loader(*plain: str, allowed: str = "127.0.0.0/8", limit: int = 1000) -> Loader:
    return Loader(Fetcher(Guard(allowed=[allowed])), lambda: plain, limit=limit, seconds=5)


@pytest.fixture
async def server() -> AsyncIterator[ImageRegistry]:
    async with registry() as made:
        made.files = {"/m.wasm": CODE, "/m.gz": gzip.compress(CODE), "/page": b"<html>", "/big": CODE + bytes(2000)}
        yield made


async def test_a_module_by_http_is_checked_by_its_own_digest_or_that_of_what_was_sent(server: ImageRegistry):
    url = f"http://{server.host}"
    assert await loader().load(f"{url}/m.wasm") == CODE
    assert await loader().load(f"{url}/m.wasm", hexed(CODE)) == CODE
    assert await loader().load(f"{url}/m.gz", hexed(CODE)) == CODE
    assert await loader().load(f"{url}/m.gz", hexed(server.files["/m.gz"])) == CODE
    with pytest.raises(FetchError, match=f"is not the module with sha256 {'0' * 64}, but {hexed(CODE)}"):
        await loader().load(f"{url}/m.wasm", "0" * 64)


async def test_what_is_no_module_or_too_large_or_not_there_is_told(server: ImageRegistry):
    for path, why in (("page", "no WebAssembly module"), ("big", "more than 1000 bytes"), ("none", "404")):
        with pytest.raises(FetchError, match=why) as error:
            await loader().load(f"http://{server.host}/{path}")
        assert f"/{path}" in str(error.value)


async def test_addresses_inside_are_not_fetched_from(server: ImageRegistry):
    for url in (f"http://{server.host}/m.wasm", f"oci://{server.host}/web:v1"):
        with pytest.raises(FetchError, match="a loopback address"):
            await loader(server.host, allowed="192.0.2.0/24").load(url)
    assert server.asked == []


async def test_an_image_is_checked_by_the_digest_of_any_of_its_parts(server: ImageRegistry):
    digest = server.push("web", "v1", CODE)
    url = f"{server.host}/web:v1"
    for sha256 in ("", digest.partition(":")[2], hexed(CODE)):
        assert await loader(server.host).load(url, sha256) == CODE
    with pytest.raises(FetchError, match="is not the module"):
        await loader("*").load(url, "0" * 64)


async def test_a_registry_without_tls_is_not_spoken_to_unless_it_is_said(server: ImageRegistry):
    server.push("web", "v1", CODE)
    with pytest.raises(FetchError):
        await loader().load(f"{server.host}/web:v1")


async def test_a_pull_secret_opens_a_registry(server: ImageRegistry):
    server.accounts = {"me": "pass"}
    server.push("web", "v1", CODE)
    config = pull_config(server.host, "me", "pass").encode()
    assert await loader(server.host).load(f"{server.host}/web:v1", "", config) == CODE
    other = pull_config("other.example.com", "me", "pass").encode()
    with pytest.raises(FetchError, match="401"):
        await loader(server.host).load(f"{server.host}/web:v1", "", other)


async def test_what_names_no_image_is_told():
    with pytest.raises(FetchError, match="names no image"):
        await loader().load("ghcr.io/UPPER")

"""Against a real server that speaks the distribution protocol."""

import json
from collections.abc import AsyncIterator

import pytest
from registries import DOCKER_LAYER, OCI_LAYER, WASM_LAYER, ImageRegistry, digest_of, registry

from lateen.base.redacted import Redacted
from lateen.kinds.extensions.image_reference import ImageReference
from lateen.sources.fetch import Fetcher, FetchError
from lateen.sources.guard import Guard
from lateen.sources.wasm.credentials import Credential
from lateen.sources.wasm.registry import Image, Registry

CODE, OTHER = b"\0asm\1\0\0\0code", b"\0asm\1\0\0\0other"
ME = Credential("me", Redacted(b"pass"))


@pytest.fixture
async def server() -> AsyncIterator[ImageRegistry]:
    async with registry() as made:
        yield made


async def read(server: ImageRegistry, name: str, credential: Credential | None = None, limit: int = 100_000) -> Image:
    source = Registry(Fetcher(Guard(allowed=["127.0.0.0/8"])), server.host, credential, plain=True)
    return await source.module(ImageReference.parse(f"{server.host}/{name}"), limit=limit, seconds=5)


@pytest.mark.parametrize("layer", [WASM_LAYER, OCI_LAYER, DOCKER_LAYER])
async def test_an_image_of_every_form_is_read(server: ImageRegistry, layer: str):
    digest = server.push("team/web", "v1", CODE, layer)
    assert await read(server, "team/web:v1") == (CODE, (digest,))


async def test_of_an_index_the_image_for_modules_is_taken_or_the_usual_one(server: ImageRegistry):
    index = server.push_index("web", "v1", {("linux", "arm64"): OTHER, ("linux", "amd64"): CODE})
    found = await read(server, "web:v1")
    assert (found.code, found.digests[0], len(found.digests)) == (CODE, index, 2)
    server.push_index("web", "v2", {("linux", "amd64"): OTHER, ("wasi", "wasm"): CODE})
    assert (await read(server, "web:v2")).code == CODE


async def test_a_digest_pins_whatever_the_tag_says(server: ImageRegistry):
    digest = server.push("web", "v1", CODE)
    server.push("web", "v1", OTHER)
    assert (await read(server, f"web:v1@{digest}")).code == CODE


async def test_a_manifest_that_is_not_the_pinned_one_is_refused(server: ImageRegistry):
    digest = server.push("web", "v1", CODE)
    server.blobs[digest] = server.blobs[server.push("web", "v2", OTHER)]
    with pytest.raises(FetchError, match="sends something else"):
        await read(server, f"web@{digest}")


async def test_a_layer_that_is_not_the_listed_one_is_refused(server: ImageRegistry):
    server.push("web", "v1", CODE)
    server.blobs[digest_of(CODE)] = "x", OTHER
    with pytest.raises(FetchError, match="sends something else"):
        await read(server, "web:v1")


@pytest.mark.parametrize("scheme", ["Bearer", "Basic"])
async def test_who_is_asked_proves_who_he_is_once(server: ImageRegistry, scheme: str):
    server.accounts, server.scheme = {"me": "pass"}, scheme
    server.push("web", "v1", CODE)
    assert (await read(server, "web:v1", ME)).code == CODE
    assert server.asked.count("/token") == (scheme == "Bearer")
    with pytest.raises(FetchError, match="401"):
        await read(server, "web:v1", Credential("me", Redacted(b"wrong")))
    with pytest.raises(FetchError, match="401"):
        await read(server, "web:v1")


async def test_a_token_is_asked_for_with_tls_only_where_the_registry_has_it(server: ImageRegistry):
    server.accounts = {"me": "pass"}
    source = Registry(Fetcher(Guard(allowed=["127.0.0.0/8"])), server.host, ME)
    refusal = FetchError("401", status=401)
    with pytest.raises(FetchError, match="without TLS"):
        await source._prove(f'Bearer realm="http://{server.host}/token"', refusal)


async def test_what_is_not_there_or_too_much_is_told(server: ImageRegistry):
    with pytest.raises(FetchError, match="404"):
        await read(server, "web:v1")
    server.push("web", "v1", CODE + bytes(5000))
    with pytest.raises(FetchError, match="more than 1000"):
        await read(server, "web:v1", limit=1000)
    manifest = json.dumps({"schemaVersion": 2, "layers": []}).encode()
    server.blobs[digest_of(manifest)] = "x", manifest
    with pytest.raises(FetchError, match="without layers"):
        await read(server, f"web@{digest_of(manifest)}")

from pathlib import Path

import aiohttp
import pytest
from apiservers import CONFIG_MAP, served

from lateen.sources.client import ApiError, Client


async def test_a_token_file_is_read_whenever_it_is_needed(tmp_path: Path) -> None:
    async with served(tmp_path) as server:
        path = tmp_path / "token"
        path.write_text("wrong")
        async with Client(server.url, token_file=path) as client:
            with pytest.raises(ApiError):
                await client.list(CONFIG_MAP)
            path.write_bytes(server.credentials.tokens["admin"].reveal() + b"\n")
            assert (await client.list(CONFIG_MAP)).items == []


async def test_a_server_that_is_not_there_is_a_client_error() -> None:
    async with Client("http://127.0.0.1:1") as client:
        with pytest.raises(aiohttp.ClientError):
            await client.list(CONFIG_MAP)

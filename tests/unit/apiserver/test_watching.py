import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import msgspec
import pytest
from apiservers import CONFIG_MAP, WRITE, Served, config_map, default

from lateen.apiserver.credentials import ADMIN
from lateen.apiserver.deletion import DeleteOptions
from lateen.apiserver.forms import Form
from lateen.apiserver.selectors import Selector
from lateen.apiserver.status import Refusal
from lateen.apiserver.storage import Storage
from lateen.apiserver.watching import parse_wish


async def lines(server: Served, **query: str) -> AsyncIterator[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {server.credentials.tokens[ADMIN].reveal().decode()}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        url = f"{server.url}/api/v1/namespaces/default/configmaps"
        async with session.get(url, params={"watch": "true"} | query) as answer:
            async for line in answer.content:
                yield msgspec.json.decode(line)


async def watched(server: Served, count: int, **query: str) -> list[tuple[str, str]]:
    found = list[tuple[str, str]]()
    async with asyncio.timeout(10):
        async for line in lines(server, **query):
            found.append((line["type"], line["object"]["metadata"].get("name", "")))
            if len(found) == count:
                break
    return found


async def test_a_watch_without_a_version_begins_with_what_there_is(server: Served) -> None:
    server.objects.create(CONFIG_MAP, "default", config_map("a"), WRITE)
    begun = asyncio.ensure_future(watched(server, 3))
    found = [("ADDED", "a"), ("ADDED", "b"), ("DELETED", "a")]
    await asyncio.sleep(0.1)
    server.objects.create(CONFIG_MAP, "default", config_map("b"), WRITE)
    server.objects.delete(CONFIG_MAP, default("a"), DeleteOptions())
    assert await begun == found


async def test_a_watch_from_a_version_tells_exactly_what_came_after(server: Served) -> None:
    server.objects.create(CONFIG_MAP, "default", config_map("a"), WRITE)
    version = str(server.objects.storage.revision)
    server.objects.update(CONFIG_MAP, default("a"), lambda _: config_map("a", {"x": "1"}), WRITE)
    server.objects.create(CONFIG_MAP, "kube-system", config_map("other", namespace="kube-system"), WRITE)
    server.objects.delete(CONFIG_MAP, default("a"), DeleteOptions())
    found = await watched(server, 9, resourceVersion=version, timeoutSeconds="1")
    assert found == [("MODIFIED", "a"), ("DELETED", "a")]


async def test_bookmarks_come_when_asked_for_and_at_the_end(server: Served) -> None:
    version = str(server.objects.storage.revision)
    assert await watched(server, 9, resourceVersion=version, timeoutSeconds="1", allowWatchBookmarks="true") == [
        ("BOOKMARK", "")
    ]


async def test_initial_events_end_with_a_marked_bookmark(server: Served) -> None:
    server.objects.create(CONFIG_MAP, "default", config_map("a"), WRITE)
    query = {"sendInitialEvents": "true", "allowWatchBookmarks": "true", "resourceVersionMatch": "NotOlderThan"}
    assert await watched(server, 2, **query) == [("ADDED", "a"), ("BOOKMARK", "")]


async def test_a_selection_is_watched_as_if_nothing_else_were_there(server: Served) -> None:
    version = str(server.objects.storage.revision)
    server.objects.create(CONFIG_MAP, "default", config_map("a", labels={"l": "y"}), WRITE)
    for label in ("x", "y"):
        server.objects.update(
            CONFIG_MAP, default("a"), lambda _, label=label: config_map("a", labels={"l": label}), WRITE
        )
    query = {"resourceVersion": version, "labelSelector": "l=x"}
    assert await watched(server, 2, **query) == [("ADDED", "a"), ("DELETED", "a")]


async def test_a_version_too_old_is_an_error_of_410(server: Served) -> None:
    async for line in lines(server, resourceVersion=str(server.objects.storage.floor - 1)):
        assert line["type"] == "ERROR" and line["object"]["code"] == 410
        break
    else:
        pytest.fail("the watch said nothing")


def test_a_version_of_the_future_is_of_another_database(storage: Storage) -> None:
    with pytest.raises(Refusal) as refused:
        parse_wish(Form(CONFIG_MAP, "v1"), "", Selector(), {"resourceVersion": str(storage.revision + 1)}, storage)
    assert refused.value.code == 410

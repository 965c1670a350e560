"""Watches: what came after a version, once each and in order, for as long as asked."""

import asyncio

from apis import Api
from apiservers import CONFIG_MAP, VIRTUAL_SERVICE, config_map
from contracts import patch, version_of, watching


async def start(api: Api) -> str:
    """The version to watch from."""
    return version_of((await api.ask("GET", api.path(CONFIG_MAP))).body)


async def put(api: Api, name: str, value: str, label: str = "") -> None:
    labels = {"l": label} if label else {}
    await api.client.replace(CONFIG_MAP, config_map(name, {"x": value}, api.namespace, labels=labels))


async def create(api: Api, name: str, label: str = "") -> str:
    labels = {"l": label} if label else {}
    return version_of(await api.client.create(CONFIG_MAP, config_map(name, {"x": "0"}, api.namespace, labels=labels)))


async def test_a_watch_tells_what_came_after_its_version_and_then_what_comes(api: Api) -> None:
    await create(api, "before")
    version = await start(api)
    await create(api, "a")
    await put(api, "a", "1")
    async with watching(api, CONFIG_MAP, resourceVersion=version) as watch:
        assert [await watch.named() for _ in range(2)] == [("ADDED", "a"), ("MODIFIED", "a")]
        await api.client.delete(CONFIG_MAP, api.key("a"))
        await create(api, "b")
        assert [await watch.named() for _ in range(2)] == [("DELETED", "a"), ("ADDED", "b")]


async def test_an_event_shows_the_object_as_the_write_left_it(api: Api) -> None:
    version = await start(api)
    created = await api.client.create(CONFIG_MAP, config_map("a", {"x": "0"}, api.namespace))
    changed = (await patch(api, CONFIG_MAP, "a", {"data": {"x": "1"}})).body
    await api.client.delete(CONFIG_MAP, api.key("a"))
    async with watching(api, CONFIG_MAP, resourceVersion=version) as watch:
        events = [await watch.event() for _ in range(3)]
    assert events[:2] == [("ADDED", created), ("MODIFIED", changed)]
    event, gone = events[2]
    assert (event, gone["data"], gone["metadata"]["uid"]) == ("DELETED", {"x": "1"}, created["metadata"]["uid"])
    assert int(version_of(gone)) > int(version_of(changed))


async def test_a_watch_resumed_at_any_event_tells_each_further_one_once(api: Api) -> None:
    version = await start(api)
    await create(api, "a")
    for value in "123":
        await put(api, "a", value)
    async with watching(api, CONFIG_MAP, resourceVersion=version) as watch:
        told = [(await watch.event())[1] for _ in range(4)]
    for number, raw in enumerate(told[:-1], 1):
        async with watching(api, CONFIG_MAP, resourceVersion=version_of(raw)) as again:
            assert [(await again.event())[1] for _ in told[number:]] == told[number:]


async def test_a_watch_without_a_version_or_from_0_begins_with_what_there_is(api: Api) -> None:
    await create(api, "a", "v")
    await create(api, "b", "v")
    for query in ({}, {"resourceVersion": "0"}, {"resourceVersion": ""}):
        async with watching(api, CONFIG_MAP, labelSelector="l=v", **query) as watch:
            assert {await watch.named() for _ in range(2)} == {("ADDED", "a"), ("ADDED", "b")}
            await put(api, "a", "1", "v")
            assert await watch.named() == ("MODIFIED", "a")
        await put(api, "a", "0", "v")


async def test_an_object_enters_and_leaves_a_selection(api: Api) -> None:
    version = await start(api)
    await create(api, "a", "out")
    await put(api, "a", "1", "in")
    await put(api, "a", "2", "in")
    await put(api, "a", "3", "out")
    await put(api, "a", "4", "in")
    await api.client.delete(CONFIG_MAP, api.key("a"))
    async with watching(api, CONFIG_MAP, resourceVersion=version, labelSelector="l=in") as watch:
        events = [await watch.event() for _ in range(5)]
    assert [event for event, _ in events] == ["ADDED", "MODIFIED", "DELETED", "ADDED", "DELETED"]
    versions = [int(version_of(raw)) for _, raw in events]
    assert versions == sorted(set(versions))
    left = events[2][1]
    assert left["metadata"]["labels"] == {"l": "in"}, "the last state that the watcher could see"


async def test_one_object_is_watched_by_its_name(api: Api) -> None:
    version = await start(api)
    for name in ("b", "a", "c"):
        await create(api, name)
    async with watching(api, CONFIG_MAP, resourceVersion=version, fieldSelector="metadata.name=a") as watch:
        assert await watch.named() == ("ADDED", "a")
        await put(api, "b", "1")
        await api.client.delete(CONFIG_MAP, api.key("a"))
        assert await watch.named() == ("DELETED", "a")


async def test_a_watch_of_one_namespace_hears_nothing_of_others(api: Api) -> None:
    version = await start(api)
    await api.client.create(CONFIG_MAP, config_map(api.namespace, namespace="default"))
    try:
        await create(api, "a")
        async with watching(api, CONFIG_MAP, resourceVersion=version) as watch:
            assert await watch.named() == ("ADDED", "a")
        query = {"watch": "true", "resourceVersion": version, "fieldSelector": f"metadata.name={api.namespace}"}
        async with api.open("GET", "/api/v1/configmaps", query=query) as answer:
            assert api.namespace.encode() in await answer.content.readuntil(b"\n")
    finally:
        await api.ask("DELETE", f"/api/v1/namespaces/default/configmaps/{api.namespace}")


async def test_a_watch_ends_after_the_seconds_asked_for(api: Api) -> None:
    version = await start(api)
    begun = asyncio.get_running_loop().time()
    async with watching(api, CONFIG_MAP, resourceVersion=version, timeoutSeconds="2") as watch:
        assert watch.answer.headers["Content-Type"].startswith("application/json")
        assert await watch.rest() == []
    assert 1.5 <= asyncio.get_running_loop().time() - begun < 15


async def test_bookmarks_say_before_the_end_how_far_the_watch_has_come(api: Api) -> None:
    version = await start(api)
    last = await create(api, "a")
    query = {"resourceVersion": version, "timeoutSeconds": "4", "allowWatchBookmarks": "true"}
    async with watching(api, CONFIG_MAP, **query) as watch:
        events = await watch.rest()
    event, bookmark = events[-1]
    assert event == "BOOKMARK" and int(version_of(bookmark)) >= int(last)
    assert (bookmark["kind"], bookmark["apiVersion"]) == ("ConfigMap", "v1")
    async with watching(api, CONFIG_MAP, resourceVersion=version_of(bookmark)) as again:
        await create(api, "b")
        assert await again.named() == ("ADDED", "b")


async def test_no_bookmark_comes_unasked(api: Api) -> None:
    version = await start(api)
    async with watching(api, CONFIG_MAP, resourceVersion=version, timeoutSeconds="4") as watch:
        await create(api, "a")
        assert [event for event, _ in await watch.rest()] == ["ADDED"]


async def test_a_version_too_old_is_gone_by_status_or_in_the_stream(api: Api) -> None:
    path = api.path(VIRTUAL_SERVICE)  # of a kind that is younger than the version
    async with api.open("GET", path, query={"watch": "true", "resourceVersion": "1"}) as answer:
        body = await answer.json(content_type=None)
    status = body if answer.status == 410 else body["object"]
    assert answer.status == 410 or (answer.status, body["type"]) == (200, "ERROR")
    assert (status["kind"], status["code"], status["reason"]) == ("Status", 410, "Expired")
    assert "too old resource version" in status["message"]


async def test_what_is_no_number_is_refused(api: Api) -> None:
    for query in ({"resourceVersion": "new"}, {"timeoutSeconds": "long"}):
        answer = await api.ask("GET", api.path(CONFIG_MAP), query={"watch": "true"} | query)
        assert answer.status >= 400 and answer.body["kind"] == "Status"


async def test_a_long_object_comes_whole(api: Api) -> None:
    version, text = await start(api), "x" * 900_000
    await api.client.create(CONFIG_MAP, config_map("a", {"x": text}, api.namespace))
    async with api.open(
        "GET", api.path(CONFIG_MAP), query={"watch": "true", "resourceVersion": version, "timeoutSeconds": "3"}
    ) as answer:
        assert text.encode() in await answer.read()

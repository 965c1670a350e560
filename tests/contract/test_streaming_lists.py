"""Lists as streams: a watch that begins with everything, and says where the beginning ends."""

from apis import Api
from apiservers import CONFIG_MAP, config_map
from contracts import causes, told, version_of, watching

STREAM = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan", "allowWatchBookmarks": "true"}


async def test_the_beginning_ends_with_a_marked_bookmark_and_changes_follow(api: Api) -> None:
    for name in ("a", "b"):
        last = await api.client.create(CONFIG_MAP, config_map(name, namespace=api.namespace, labels={"l": "v"}))
    async with watching(api, CONFIG_MAP, labelSelector="l=v", **STREAM) as watch:
        events = [await watch.event() for _ in range(3)]
        assert [event for event, _ in events] == ["ADDED", "ADDED", "BOOKMARK"]
        assert {raw["metadata"]["name"] for _, raw in events[:2]} == {"a", "b"}
        mark = events[2][1]["metadata"]
        assert mark["annotations"] == {"k8s.io/initial-events-end": "true"}
        assert int(mark["resourceVersion"]) >= int(version_of(last))
        await api.client.delete(CONFIG_MAP, api.key("a"))
        assert await watch.named() == ("DELETED", "a")


async def test_the_beginning_is_not_older_than_asked_for(api: Api) -> None:
    version = version_of(
        await api.client.create(CONFIG_MAP, config_map("a", namespace=api.namespace, labels={"l": "v"}))
    )
    async with watching(api, CONFIG_MAP, labelSelector="l=v", resourceVersion=version, **STREAM) as watch:
        assert await watch.named() == ("ADDED", "a")
        event, raw = await watch.event()
        assert event == "BOOKMARK" and int(version_of(raw)) >= int(version)


async def test_a_watch_may_refuse_the_beginning(api: Api) -> None:
    await api.client.create(CONFIG_MAP, config_map("a", namespace=api.namespace, labels={"l": "v"}))
    query = STREAM | {"sendInitialEvents": "false"}
    async with watching(api, CONFIG_MAP, labelSelector="l=v", **query) as watch:
        await api.client.create(CONFIG_MAP, config_map("b", namespace=api.namespace, labels={"l": "v"}))
        assert await watch.named() == ("ADDED", "b")


async def test_a_beginning_needs_its_match_and_a_match_its_beginning(api: Api) -> None:
    path = api.path(CONFIG_MAP)
    unmatched = await api.ask("GET", path, query={"watch": "true", "sendInitialEvents": "true"})
    assert ("FieldValueForbidden", "resourceVersionMatch") in causes(unmatched, 422, "Invalid")
    alone = await api.ask("GET", path, query={"watch": "true", "resourceVersionMatch": "NotOlderThan"})
    assert ("FieldValueForbidden", "resourceVersionMatch") in causes(alone, 422, "Invalid")
    listed = await api.ask("GET", path, query=STREAM)
    assert ("FieldValueForbidden", "sendInitialEvents") in causes(listed, 422, "Invalid")
    told(listed, 422, "Invalid")

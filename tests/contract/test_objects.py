"""Objects: names, versions, conflicts."""

from apis import Api
from apiservers import CONFIG_MAP, config_map


async def test_what_was_created_is_read_back_with_server_side_metadata(api: Api) -> None:
    created = await api.client.create(CONFIG_MAP, config_map("a", {"x": "1"}, api.namespace))
    assert await api.client.get(CONFIG_MAP, api.key("a")) == created
    meta = created["metadata"]
    assert meta["uid"] and meta["resourceVersion"] and meta["creationTimestamp"].endswith("Z")


async def test_a_replace_at_an_old_version_is_a_conflict_and_changes_nothing(api: Api) -> None:
    created = await api.client.create(CONFIG_MAP, config_map("a", {"x": "1"}, api.namespace))
    newer = await api.client.replace(CONFIG_MAP, created | {"data": {"x": "2"}})
    answer = await api.ask("PUT", api.path(CONFIG_MAP, "a"), created | {"data": {"x": "3"}})
    assert (answer.status, answer.body["kind"], answer.body["reason"]) == (409, "Status", "Conflict")
    assert await api.client.get(CONFIG_MAP, api.key("a")) == newer


async def test_what_is_not_there_is_not_found_by_name(api: Api) -> None:
    answer = await api.ask("GET", api.path(CONFIG_MAP, "none"))
    assert (answer.status, answer.body["reason"]) == (404, "NotFound")
    assert answer.body["details"] == {"name": "none", "kind": "configmaps"}


async def test_a_stranger_is_refused(api: Api) -> None:
    wrong = await api.ask("GET", api.path(CONFIG_MAP), token="wrong")
    assert (wrong.status, wrong.body["reason"]) == (401, "Unauthorized")
    nobody = await api.ask("GET", api.path(CONFIG_MAP), token="")
    assert nobody.status in (401, 403)

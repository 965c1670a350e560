"""Who writes over whom: versions, uids, and writes that change nothing."""

from apis import Api
from apiservers import CONFIG_MAP, VIRTUAL_SERVICE, config_map, virtual_service
from contracts import causes, patch, told, version_of


async def test_a_stale_conflict_names_the_object_and_says_what_to_do(api: Api) -> None:
    created = await api.client.create(CONFIG_MAP, config_map("a", {"x": "1"}, api.namespace))
    await api.client.replace(CONFIG_MAP, created | {"data": {"x": "2"}})
    answer = await api.ask("PUT", api.path(CONFIG_MAP, "a"), created | {"data": {"x": "3"}})
    assert told(answer, 409, "Conflict") == {"name": "a", "kind": "configmaps"}
    assert answer.body["message"] == (
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; '
        "please apply your changes to the latest version and try again"
    )


async def test_an_object_to_be_created_has_no_version_yet(api: Api) -> None:
    raw = config_map("a", namespace=api.namespace, resourceVersion="1")
    answer = await api.ask("POST", api.path(CONFIG_MAP), raw)
    assert "resourceVersion should not be set on objects to be created" in answer.body["message"]
    assert answer.status >= 400


async def test_a_core_object_is_replaced_without_a_version_whatever_it_was(api: Api) -> None:
    await api.client.create(CONFIG_MAP, config_map("a", {"x": "1"}, api.namespace))
    answer = await api.ask("PUT", api.path(CONFIG_MAP, "a"), config_map("a", {"x": "2"}, api.namespace))
    assert (answer.status, answer.body["data"]) == (200, {"x": "2"})


async def test_a_custom_object_is_replaced_only_at_a_version(api: Api) -> None:
    raw = virtual_service("a") | {"metadata": {"name": "a", "namespace": api.namespace}}
    created = await api.client.create(VIRTUAL_SERVICE, raw)
    answer = await api.ask("PUT", api.path(VIRTUAL_SERVICE, "a"), raw)
    assert causes(answer, 422, "Invalid") == {("FieldValueInvalid", "metadata.resourceVersion")}
    assert (await api.ask("PUT", api.path(VIRTUAL_SERVICE, "a"), created)).status == 200


async def test_another_objects_uid_is_a_conflict(api: Api) -> None:
    await api.client.create(CONFIG_MAP, config_map("a", namespace=api.namespace))
    raw = config_map("a", {"x": "1"}, api.namespace, uid="11111111-2222-3333-4444-555555555555")
    answer = await api.ask("PUT", api.path(CONFIG_MAP, "a"), raw)
    assert told(answer, 409, "Conflict") == {"name": "a", "kind": "configmaps"}
    assert "Precondition failed: UID in precondition" in answer.body["message"]


async def test_a_patch_at_a_stale_version_is_a_conflict(api: Api) -> None:
    created = await api.client.create(CONFIG_MAP, config_map("a", {"x": "1"}, api.namespace))
    await api.client.replace(CONFIG_MAP, created | {"data": {"x": "2"}})
    body = {"metadata": {"resourceVersion": version_of(created)}, "data": {"x": "3"}}
    told(await patch(api, CONFIG_MAP, "a", body), 409, "Conflict")
    assert (await api.client.get(CONFIG_MAP, api.key("a")))["data"] == {"x": "2"}


async def test_a_write_that_changes_nothing_makes_no_version(api: Api) -> None:
    created = await api.client.create(CONFIG_MAP, config_map("a", {"x": "1"}, api.namespace))
    assert await api.client.replace(CONFIG_MAP, created) == created
    assert (await patch(api, CONFIG_MAP, "a", {"data": {"x": "1"}})).body == created


async def test_what_the_server_sets_cannot_be_set_by_a_writer(api: Api) -> None:
    created = await api.client.create(
        CONFIG_MAP, config_map("a", namespace=api.namespace, creationTimestamp="2001-01-01T00:00:00Z")
    )
    assert not created["metadata"]["creationTimestamp"].startswith("2001")
    old = created["metadata"]["creationTimestamp"]
    raw = config_map("a", {"x": "1"}, api.namespace, creationTimestamp="2001-01-01T00:00:00Z", generation=7)
    changed = (await api.ask("PUT", api.path(CONFIG_MAP, "a"), raw)).body
    assert changed["metadata"]["creationTimestamp"] == old and "generation" not in changed["metadata"]


async def test_what_is_not_there_is_neither_replaced_nor_patched_nor_deleted(api: Api) -> None:
    path = api.path(CONFIG_MAP, "none")
    details = {"name": "none", "kind": "configmaps"}
    assert told(await api.ask("PUT", path, config_map("none", namespace=api.namespace)), 404, "NotFound") == details
    assert told(await patch(api, CONFIG_MAP, "none", {"data": {}}), 404, "NotFound") == details
    assert told(await api.ask("DELETE", path), 404, "NotFound") == details

"""Owners and what belongs to them: in the background, in the foreground, or set free."""

from typing import Any

from apis import Api
from apiservers import CONFIG_MAP, config_map
from contracts import SECONDS, causes

from lateen.base.tasks import until_seen


async def family(api: Api, **owner: Any) -> None:
    """An owner and its dependent."""
    parent = await api.client.create(CONFIG_MAP, config_map("owner", namespace=api.namespace))
    await api.client.create(
        CONFIG_MAP, config_map("dependent", namespace=api.namespace, ownerReferences=[reference(parent) | owner])
    )


def reference(raw: dict[str, Any]) -> dict[str, Any]:
    meta = raw["metadata"]
    return {"apiVersion": "v1", "kind": "ConfigMap", "name": meta["name"], "uid": meta["uid"]}


async def delete(api: Api, name: str, propagation: str) -> dict[str, Any]:
    answer = await api.ask("DELETE", api.path(CONFIG_MAP, name), {"propagationPolicy": propagation})
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


async def gone(api: Api, name: str) -> None:
    async def absent() -> bool:
        return (await api.ask("GET", api.path(CONFIG_MAP, name))).status == 404

    await until_seen(absent, seconds=SECONDS, what=f"the end of {name}")


async def test_what_belongs_to_a_deleted_owner_follows_it(api: Api) -> None:
    await family(api)
    assert (await delete(api, "owner", "Background"))["status"] == "Success"
    await gone(api, "dependent")


async def test_an_owner_waits_in_the_foreground_for_what_blocks_it(api: Api) -> None:
    await family(api, blockOwnerDeletion=True)
    held = {"metadata": {"finalizers": ["example.com/hold"]}}
    path = api.path(CONFIG_MAP, "dependent")
    await api.ask("PATCH", path, held, content_type="application/merge-patch+json")
    marked = await delete(api, "owner", "Foreground")
    assert marked["metadata"]["finalizers"] == ["foregroundDeletion"] and marked["metadata"]["deletionTimestamp"]

    async def dying() -> bool:
        return "deletionTimestamp" in (await api.ask("GET", path)).body["metadata"]

    await until_seen(dying, seconds=SECONDS, what="the deletion of the dependent")
    assert (await api.ask("GET", api.path(CONFIG_MAP, "owner"))).status == 200
    await api.ask("PATCH", path, {"metadata": {"finalizers": None}}, content_type="application/merge-patch+json")
    await gone(api, "dependent")
    await gone(api, "owner")


async def test_an_owner_in_the_foreground_does_not_wait_for_what_does_not_block_it(api: Api) -> None:
    await family(api)
    path = api.path(CONFIG_MAP, "dependent")
    held = {"metadata": {"finalizers": ["example.com/hold"]}}
    await api.ask("PATCH", path, held, content_type="application/merge-patch+json")
    await delete(api, "owner", "Foreground")
    await gone(api, "owner")
    await api.ask("PATCH", path, {"metadata": {"finalizers": None}}, content_type="application/merge-patch+json")
    await gone(api, "dependent")


async def test_what_is_orphaned_stays_and_belongs_to_nobody(api: Api) -> None:
    await family(api)
    await delete(api, "owner", "Orphan")
    await gone(api, "owner")
    left = await api.client.get(CONFIG_MAP, api.key("dependent"))
    assert not left["metadata"].get("ownerReferences") and "deletionTimestamp" not in left["metadata"]


async def test_an_owner_that_never_was_takes_what_names_it_along(api: Api) -> None:
    ghost = {"apiVersion": "v1", "kind": "ConfigMap", "name": "ghost", "uid": "11111111-2222-3333-4444-555555555555"}
    await api.client.create(CONFIG_MAP, config_map("a", namespace=api.namespace, ownerReferences=[ghost]))
    await gone(api, "a")


async def test_one_owner_of_two_is_enough_to_stay(api: Api) -> None:
    owners = [await api.client.create(CONFIG_MAP, config_map(name, namespace=api.namespace)) for name in ("one", "two")]
    references = [reference(owner) for owner in owners]
    await api.client.create(CONFIG_MAP, config_map("dependent", namespace=api.namespace, ownerReferences=references))
    await delete(api, "one", "Background")

    async def let_go() -> bool:
        live = await api.client.get(CONFIG_MAP, api.key("dependent"))
        return [owner["name"] for owner in live["metadata"]["ownerReferences"]] == ["two"]

    await until_seen(let_go, seconds=SECONDS, what="one owner fewer")
    await delete(api, "two", "Background")
    await gone(api, "dependent")


async def test_an_owner_is_named_whole_and_only_one_controls(api: Api) -> None:
    path = api.path(CONFIG_MAP)
    nameless = {"apiVersion": "v1", "kind": "ConfigMap", "name": "", "uid": "u"}
    answer = await api.ask("POST", path, config_map("a", namespace=api.namespace, ownerReferences=[nameless]))
    assert all(field.startswith("metadata.ownerReferences") for _, field in causes(answer, 422, "Invalid"))
    two = [nameless | {"name": name, "uid": name, "controller": True} for name in ("one", "two")]
    answer = await api.ask("POST", path, config_map("a", namespace=api.namespace, ownerReferences=two))
    assert all(field.startswith("metadata.ownerReferences") for _, field in causes(answer, 422, "Invalid"))

"""Merge patches and strategic merge patches: what replaces, what merges, what goes."""

from typing import Any

from apis import Api
from apiservers import CONFIG_MAP, DEPLOYMENT, VIRTUAL_SERVICE, config_map, deployment, virtual_service
from contracts import patch, told


async def make(api: Api) -> dict[str, Any]:
    raw = deployment("a") | {"metadata": {"name": "a", "namespace": api.namespace, "finalizers": ["a.b/1", "a.b/2"]}}
    main = raw["spec"]["template"]["spec"]["containers"][0]
    main |= {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}], "args": ["x", "y"]}
    main |= {"ports": [{"containerPort": 80, "name": "http"}, {"containerPort": 90, "name": "admin"}]}
    raw["spec"]["template"]["spec"]["volumes"] = [{"name": "v", "emptyDir": {}}]
    return await api.client.create(DEPLOYMENT, raw)


async def strategic(api: Api, body: dict[str, Any]) -> dict[str, Any]:
    answer = await patch(api, DEPLOYMENT, "a", body, "strategic")
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.body
    return found


def template(**spec: Any) -> dict[str, Any]:
    return {"spec": {"template": {"spec": spec}}}


def containers(raw: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = raw["spec"]["template"]["spec"]["containers"]
    return found


async def test_a_merge_patch_merges_maps_replaces_lists_and_removes_nulls(api: Api) -> None:
    await make(api)
    body = {"metadata": {"labels": {"l": "v"}, "finalizers": ["a.b/3"]}, "spec": {"replicas": 2, "paused": None}}
    patched = (await patch(api, DEPLOYMENT, "a", body)).body
    assert patched["metadata"]["labels"] == {"l": "v"} and patched["metadata"]["finalizers"] == ["a.b/3"]
    assert patched["spec"]["replicas"] == 2 and containers(patched)[0]["name"] == "main"
    removed = (await patch(api, DEPLOYMENT, "a", {"metadata": {"labels": {"l": None}, "finalizers": None}})).body
    assert not removed["metadata"].get("labels") and not removed["metadata"].get("finalizers")


async def test_a_null_restores_a_default(api: Api) -> None:
    await make(api)
    await patch(api, DEPLOYMENT, "a", {"spec": {"replicas": 5}})
    assert (await patch(api, DEPLOYMENT, "a", {"spec": {"replicas": None}})).body["spec"]["replicas"] == 1


async def test_a_custom_object_merges_by_merge_patch_only(api: Api) -> None:
    raw = virtual_service("a") | {"metadata": {"name": "a", "namespace": api.namespace}}
    await api.client.create(VIRTUAL_SERVICE, raw)
    patched = (await patch(api, VIRTUAL_SERVICE, "a", {"spec": {"hosts": ["other"]}})).body
    assert patched["spec"]["hosts"] == ["other"] and patched["spec"]["http"] == raw["spec"]["http"]
    refused = await patch(api, VIRTUAL_SERVICE, "a", {"spec": {"hosts": ["x"]}}, "strategic")
    told(refused, 415, "UnsupportedMediaType")
    assert "application/merge-patch+json" in refused.body["message"]


async def test_items_merge_by_their_key_and_new_ones_come_first(api: Api) -> None:
    await make(api)
    patched = await strategic(
        api, template(containers=[{"name": "main", "image": "main:2"}, {"name": "side", "image": "s:1"}])
    )
    assert {each["name"]: each["image"] for each in containers(patched)} == {"main": "main:2", "side": "s:1"}
    main = next(each for each in containers(patched) if each["name"] == "main")
    assert [each["name"] for each in main["env"]] == ["A", "B"] and main["args"] == ["x", "y"]


async def test_lists_within_items_merge_too_and_plain_lists_are_replaced(api: Api) -> None:
    await make(api)
    change = {"name": "main", "args": ["z"], "env": [{"name": "B", "value": "3"}, {"name": "C", "value": "4"}]}
    main = containers(
        await strategic(api, template(containers=[change | {"ports": [{"containerPort": 90, "name": "other"}]}]))
    )[0]
    assert {each["name"]: each["value"] for each in main["env"]} == {"A": "1", "B": "3", "C": "4"}
    assert main["args"] == ["z"]
    assert {each["containerPort"]: each["name"] for each in main["ports"]} == {80: "http", 90: "other"}


async def test_patch_delete_takes_an_item_away(api: Api) -> None:
    await make(api)
    change = {"name": "main", "env": [{"name": "A", "$patch": "delete"}]}
    main = containers(await strategic(api, template(containers=[change])))[0]
    assert [each["name"] for each in main["env"]] == ["B"]


async def test_patch_replace_replaces_a_list_or_a_map(api: Api) -> None:
    await make(api)
    change = {"name": "main", "env": [{"$patch": "replace"}, {"name": "C", "value": "4"}]}
    main = containers(await strategic(api, template(containers=[change])))[0]
    assert main["env"] == [{"name": "C", "value": "4"}]
    body = {"spec": {"strategy": {"$patch": "replace", "type": "Recreate"}}}
    assert (await strategic(api, body))["spec"]["strategy"] == {"type": "Recreate"}


async def test_retain_keys_drops_all_other_keys(api: Api) -> None:
    await make(api)
    body = {"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}}
    assert (await strategic(api, body))["spec"]["strategy"] == {"type": "Recreate"}
    volume = {"name": "v", "$retainKeys": ["name", "configMap"], "configMap": {"name": "c"}}
    volumes = (await strategic(api, template(volumes=[volume])))["spec"]["template"]["spec"]["volumes"]
    assert volumes == [{"name": "v", "configMap": {"name": "c", "defaultMode": 420}}]


async def test_an_order_is_kept_as_the_patch_wants_it(api: Api) -> None:
    await make(api)
    change = {
        "name": "main",
        "$setElementOrder/env": [{"name": "C"}, {"name": "B"}, {"name": "A"}],
        "env": [{"name": "C", "value": "4"}],
    }
    main = containers(await strategic(api, template(containers=[change])))[0]
    assert [each["name"] for each in main["env"]] == ["C", "B", "A"]


async def test_members_of_a_set_merge_and_are_taken_away(api: Api) -> None:
    await make(api)
    body = {"metadata": {"finalizers": ["a.b/3"], "$deleteFromPrimitiveList/finalizers": ["a.b/1"]}}
    assert sorted((await strategic(api, body))["metadata"]["finalizers"]) == ["a.b/2", "a.b/3"]
    await patch(api, DEPLOYMENT, "a", {"metadata": {"finalizers": None}})


async def test_a_null_takes_a_member_away(api: Api) -> None:
    await make(api)
    main = containers(await strategic(api, template(containers=[{"name": "main", "args": None, "env": None}])))[0]
    assert "args" not in main and "env" not in main


async def test_a_strategic_patch_that_is_none_is_refused(api: Api) -> None:
    created = await make(api)
    for body in (b"[]", b"{", b'"text"'):
        answer = await patch(api, DEPLOYMENT, "a", body, "strategic")
        assert answer.status in (400, 422), answer.body
    nameless = await patch(api, DEPLOYMENT, "a", template(containers=[{"image": "x"}]), "strategic")
    assert nameless.status >= 400
    assert await api.client.get(DEPLOYMENT, api.key("a")) == created


async def test_what_kubectl_sends_for_a_restart_restarts(api: Api) -> None:
    await make(api)
    at = {"kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:00Z"}
    patched = await strategic(api, {"spec": {"template": {"metadata": {"annotations": at}}}})
    assert patched["spec"]["template"]["metadata"]["annotations"] == at
    assert patched["spec"]["template"]["metadata"]["labels"] == {"app": "a"} and patched["metadata"]["generation"] == 2


async def test_an_unknown_patch_type_is_an_unsupported_media_type(api: Api) -> None:
    await api.client.create(CONFIG_MAP, config_map("a", namespace=api.namespace))
    answer = await api.ask("PATCH", api.path(CONFIG_MAP, "a"), {"data": {}}, content_type="application/json")
    told(answer, 415, "UnsupportedMediaType")

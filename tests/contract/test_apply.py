"""Server-side apply: who owns what, who may change it, and what goes when nobody wants it any more."""

from typing import Any

import pytest
from apis import Api
from apiservers import CONFIG_MAP, DEPLOYMENT, VIRTUAL_SERVICE, config_map, deployment, virtual_service
from contracts import applied, causes, patch, told, version_of


def wish(api: Api, **data: Any) -> dict[str, Any]:
    return config_map("a", data, api.namespace)


async def data(api: Api) -> dict[str, str]:
    return (await api.client.get(CONFIG_MAP, api.key("a"))).get("data") or {}


async def test_an_apply_creates_what_is_not_there_and_then_changes_it(api: Api) -> None:
    first = await applied(api, CONFIG_MAP, wish(api, x="1"), "one")
    assert (first.status, first.body["data"]) == (201, {"x": "1"})
    again = await applied(api, CONFIG_MAP, wish(api, x="1"), "one")
    assert (again.status, version_of(again.body)) == (200, version_of(first.body)), "the same again is no write"
    changed = await applied(api, CONFIG_MAP, wish(api, x="2", y="3"), "one")
    assert (changed.status, changed.body["data"]) == (200, {"x": "2", "y": "3"})


async def test_what_an_applier_drops_goes(api: Api) -> None:
    await applied(api, CONFIG_MAP, wish(api, x="1", y="2"), "one")
    answer = await applied(api, CONFIG_MAP, wish(api, x="1"), "one")
    assert answer.body["data"] == {"x": "1"}
    await applied(api, CONFIG_MAP, wish(api), "one")
    assert await data(api) == {}


async def test_what_another_owns_is_a_conflict_that_names_owner_and_field(api: Api) -> None:
    await applied(api, CONFIG_MAP, wish(api, x="1", y="2"), "one")
    answer = await applied(api, CONFIG_MAP, wish(api, x="7"), "two")
    assert causes(answer, 409, "Conflict") == {("FieldManagerConflict", ".data.x")}
    assert answer.body["details"]["causes"][0]["message"] == 'conflict with "one"'
    assert answer.body["message"].startswith('Apply failed with 1 conflict: conflict with "one": .data.x')
    assert await data(api) == {"x": "1", "y": "2"}


async def test_every_conflict_is_told_at_once(api: Api) -> None:
    await applied(api, CONFIG_MAP, wish(api, x="1"), "one")
    await applied(api, CONFIG_MAP, wish(api, y="1"), "two")
    answer = await applied(api, CONFIG_MAP, wish(api, x="7", y="7"), "three")
    assert causes(answer, 409, "Conflict") == {("FieldManagerConflict", ".data.x"), ("FieldManagerConflict", ".data.y")}
    assert answer.body["message"].startswith("Apply failed with 2 conflicts: ")


async def test_a_plain_writer_owns_what_it_wrote_and_its_version_is_told(api: Api) -> None:
    await api.ask("POST", api.path(CONFIG_MAP), wish(api, x="1"), query={"fieldManager": "writer"})
    answer = await applied(api, CONFIG_MAP, wish(api, x="7"), "two")
    assert told(answer, 409, "Conflict")["causes"][0]["message"] == 'conflict with "writer" using v1'


async def test_force_takes_the_field_over(api: Api) -> None:
    await applied(api, CONFIG_MAP, wish(api, x="1", y="2"), "one")
    forced = await applied(api, CONFIG_MAP, wish(api, x="7"), "two", force="true")
    assert (forced.status, forced.body["data"]) == (200, {"x": "7", "y": "2"})
    refused = await applied(api, CONFIG_MAP, wish(api, x="8", y="2"), "one")
    assert told(refused, 409, "Conflict")["causes"][0]["message"] == 'conflict with "two"'


async def test_an_equal_wish_shares_a_field_that_then_stays_until_both_drop_it(api: Api) -> None:
    await applied(api, CONFIG_MAP, wish(api, x="1"), "one")
    assert (await applied(api, CONFIG_MAP, wish(api, x="1"), "two")).status == 200
    await applied(api, CONFIG_MAP, wish(api), "one")
    assert await data(api) == {"x": "1"}
    await applied(api, CONFIG_MAP, wish(api), "two")
    assert await data(api) == {}


async def test_what_a_plain_writer_changes_an_applier_owns_no_longer(api: Api) -> None:
    await applied(api, CONFIG_MAP, wish(api, x="1", y="2"), "one")
    await patch(api, CONFIG_MAP, "a", {"data": {"x": "5"}}, fieldManager="writer")
    assert (await applied(api, CONFIG_MAP, wish(api, y="2"), "one")).body["data"] == {"x": "5", "y": "2"}


async def test_items_of_a_list_have_owners_of_their_own(api: Api) -> None:
    def wanted(*containers: dict[str, Any], **more: Any) -> dict[str, Any]:
        raw = deployment("a")
        raw["metadata"]["namespace"] = api.namespace
        raw["spec"] = {"selector": raw["spec"]["selector"], "template": raw["spec"]["template"]} | more
        raw["spec"]["template"]["spec"]["containers"] = list(containers)
        return raw

    main, side = {"name": "main", "image": "main:1"}, {"name": "side", "image": "side:1"}
    assert (await applied(api, DEPLOYMENT, wanted(main, replicas=3), "one")).status == 201
    added = await applied(api, DEPLOYMENT, wanted(side), "two")
    assert added.status == 200, added.body
    assert {each["name"] for each in added.body["spec"]["template"]["spec"]["containers"]} == {"main", "side"}
    conflict = await applied(api, DEPLOYMENT, wanted(main | {"image": "main:2"}), "two")
    expected = '.spec.template.spec.containers[name="main"].image'
    assert causes(conflict, 409, "Conflict") == {("FieldManagerConflict", expected)}
    dropped = await applied(api, DEPLOYMENT, wanted(main), "one")
    assert dropped.body["spec"]["replicas"] == 1, "nobody wants a number: the default is back"
    assert {each["name"] for each in dropped.body["spec"]["template"]["spec"]["containers"]} == {"main", "side"}


async def test_lists_of_custom_objects_have_one_owner(api: Api) -> None:
    def wanted(**spec: Any) -> dict[str, Any]:
        return virtual_service("a") | {"metadata": {"name": "a", "namespace": api.namespace}, "spec": spec}

    route = [{"route": [{"destination": {"host": "web"}}]}]
    assert (await applied(api, VIRTUAL_SERVICE, wanted(hosts=["a"], http=route), "one")).status == 201
    answer = await applied(api, VIRTUAL_SERVICE, wanted(hosts=["a", "b"]), "two")
    assert causes(answer, 409, "Conflict") == {("FieldManagerConflict", ".spec.hosts")}


async def test_an_apply_at_a_stale_version_or_of_another_uid_is_a_conflict(api: Api) -> None:
    first = (await applied(api, CONFIG_MAP, wish(api, x="1"), "one")).body
    await applied(api, CONFIG_MAP, wish(api, x="2"), "one")
    stale = config_map("a", {"x": "3"}, api.namespace, resourceVersion=version_of(first))
    told(await applied(api, CONFIG_MAP, stale, "one"), 409, "Conflict")
    other = config_map("a", {"x": "3"}, api.namespace, uid="11111111-2222-3333-4444-555555555555")
    assert (await applied(api, CONFIG_MAP, other, "one")).status in (409, 422)
    assert await data(api) == {"x": "2"}


async def test_an_apply_says_who_applies(api: Api) -> None:
    answer = await patch(api, CONFIG_MAP, "a", wish(api, x="1"), "apply")
    assert causes(answer, 422, "Invalid") == {("FieldValueRequired", "fieldManager")}
    assert answer.body["details"]["kind"] == "PatchOptions"


async def test_force_is_for_applies_alone(api: Api) -> None:
    await applied(api, CONFIG_MAP, wish(api, x="1"), "one")
    answer = await patch(api, CONFIG_MAP, "a", {"data": {"x": "2"}}, force="true")
    assert causes(answer, 422, "Invalid") == {("FieldValueForbidden", "force")}


@pytest.mark.parametrize("part", ["apiVersion", "kind", "metadata"])
async def test_an_applied_object_says_what_it_is(api: Api, part: str) -> None:
    raw = {name: value for name, value in wish(api, x="1").items() if name != part}
    answer = await patch(api, CONFIG_MAP, "a", raw, "apply", fieldManager="one")
    told(answer, 400, "BadRequest")


async def test_an_apply_is_yaml(api: Api) -> None:
    text = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  x: '1' # one\n  z: |\n    two\n"
    answer = await patch(api, CONFIG_MAP, "a", text, "apply", fieldManager="one")
    assert (answer.status, answer.body["data"]) == (201, {"x": "1", "z": "two\n"})
    told(await patch(api, CONFIG_MAP, "a", b"{: x", "apply", fieldManager="one"), 400, "BadRequest")


async def test_an_invalid_wish_changes_nothing(api: Api) -> None:
    raw = virtual_service("a") | {"metadata": {"name": "a", "namespace": api.namespace}}
    created = (await applied(api, VIRTUAL_SERVICE, raw, "one")).body
    raw = raw | {"spec": raw["spec"] | {"http": "none"}}
    refused = await applied(api, VIRTUAL_SERVICE, raw, "one")
    assert refused.status >= 400 and refused.body["kind"] == "Status"
    assert await api.client.get(VIRTUAL_SERVICE, api.key("a")) == created

"""Lists: pages that belong together, and lists as of a version."""

from typing import Any

from apis import Api
from apiservers import CONFIG_MAP, config_map
from contracts import causes, patch, told, version_of


async def fill(api: Api, *names: str) -> list[dict[str, Any]]:
    return [
        await api.client.create(CONFIG_MAP, config_map(name, {"x": "1"}, api.namespace, labels={"l": "v"}))
        for name in names
    ]


def names(body: dict[str, Any]) -> list[str]:
    found = [item["metadata"]["name"] for item in body["items"]]
    return [name for name in found if name != "kube-root-ca.crt"]  # a controller's, in every namespace


async def page(api: Api, **query: str) -> dict[str, Any]:
    answer = await api.ask("GET", api.path(CONFIG_MAP), query={"labelSelector": "l=v"} | query)
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


async def test_a_list_names_its_kind_and_its_items_come_by_name(api: Api) -> None:
    await fill(api, "b", "a", "c")
    body = (await api.ask("GET", api.path(CONFIG_MAP))).body
    assert (body["kind"], body["apiVersion"], names(body)) == ("ConfigMapList", "v1", ["a", "b", "c"])
    assert int(version_of(body)) >= int(version_of(body["items"][-1]))


async def test_an_empty_list_has_items_and_a_version(api: Api) -> None:
    body = await page(api)
    assert body["items"] == [] and version_of(body)


async def test_pages_follow_each_other_as_of_one_version_whatever_is_written_meanwhile(api: Api) -> None:
    await fill(api, "a", "b", "c", "d", "e")
    first = await page(api, limit="2")
    await api.client.delete(CONFIG_MAP, api.key("c"))
    await patch(api, CONFIG_MAP, "d", {"data": {"x": "2"}})
    await fill(api, "bb", "f")
    second = await page(api, limit="2", **{"continue": first["metadata"]["continue"]})
    third = await page(api, limit="2", **{"continue": second["metadata"]["continue"]})
    assert [names(each) for each in (first, second, third)] == [["a", "b"], ["c", "d"], ["e"]]
    assert second["items"][1]["data"] == {"x": "1"}
    assert {version_of(each) for each in (first, second, third)} == {version_of(first)}
    assert "continue" not in third["metadata"]


async def test_a_page_counts_what_remains_unless_a_selector_picks(api: Api) -> None:
    await fill(api, "a", "b", "c", "d", "e")
    everything = len((await api.ask("GET", api.path(CONFIG_MAP))).body["items"])
    whole = (await api.ask("GET", api.path(CONFIG_MAP), query={"limit": "2"})).body
    assert whole["metadata"]["remainingItemCount"] == everything - 2
    assert "remainingItemCount" not in (await page(api, limit="2"))["metadata"]


async def test_a_limit_that_holds_everything_needs_no_further_page(api: Api) -> None:
    await fill(api, "a", "b")
    for limit in ("500", "0"):
        body = await page(api, limit=limit)
        assert names(body) == ["a", "b"] and "continue" not in body["metadata"]


async def test_a_list_exactly_at_a_version_is_what_there_was(api: Api) -> None:
    await fill(api, "a")
    at = version_of((await fill(api, "b"))[0])
    await api.client.delete(CONFIG_MAP, api.key("a"))
    await fill(api, "c")
    body = await page(api, resourceVersion=at, resourceVersionMatch="Exact")
    assert (names(body), version_of(body)) == (["a", "b"], at)


async def test_a_list_not_older_than_a_version_has_it(api: Api) -> None:
    at = version_of((await fill(api, "a"))[0])
    for query in ({"resourceVersion": at}, {"resourceVersion": at, "resourceVersionMatch": "NotOlderThan"}):
        body = await page(api, **query)
        assert names(body) == ["a"] and int(version_of(body)) >= int(at)


async def test_any_version_will_do_for_0(api: Api) -> None:
    await fill(api, "a")
    assert (await api.ask("GET", api.path(CONFIG_MAP), query={"resourceVersion": "0"})).status == 200


async def test_a_token_that_is_none_is_a_bad_request(api: Api) -> None:
    told(await api.ask("GET", api.path(CONFIG_MAP), query={"continue": "nonsense", "limit": "1"}), 400, "BadRequest")


async def test_a_token_and_a_version_do_not_go_together(api: Api) -> None:
    await fill(api, "a", "b")
    token = (await page(api, limit="1"))["metadata"]["continue"]
    query = {"limit": "1", "continue": token, "resourceVersion": "5"}
    told(await api.ask("GET", api.path(CONFIG_MAP), query=query), 400, "BadRequest")


async def test_a_match_needs_a_version_and_must_be_one_there_is(api: Api) -> None:
    path = api.path(CONFIG_MAP)
    for query, reason in (
        ({"resourceVersionMatch": "Exact"}, "FieldValueForbidden"),
        ({"resourceVersionMatch": "Exact", "resourceVersion": "0"}, "FieldValueForbidden"),
        ({"resourceVersionMatch": "Other", "resourceVersion": "1"}, "FieldValueNotSupported"),
    ):
        answer = await api.ask("GET", path, query=query)
        assert causes(answer, 422, "Invalid") == {(reason, "resourceVersionMatch")}
        assert answer.body["details"]["kind"] == "ListOptions"


async def test_a_version_of_the_future_times_out_by_name(api: Api) -> None:
    future = str(int(version_of(await page(api))) + 1_000_000)
    answer = await api.ask("GET", api.path(CONFIG_MAP), query={"resourceVersion": future})
    assert ("ResourceVersionTooLarge", "") in causes(answer, 504, "Timeout")


async def test_a_version_or_limit_that_is_no_number_is_refused(api: Api) -> None:
    for query in ({"resourceVersion": "new"}, {"limit": "many"}):
        answer = await api.ask("GET", api.path(CONFIG_MAP), query=query)
        assert answer.status in (400, 422) and answer.body["kind"] == "Status"


async def test_everything_of_a_kind_is_listed_across_namespaces(api: Api) -> None:
    await fill(api, "a")
    body = (
        await api.ask("GET", "/api/v1/configmaps", query={"fieldSelector": f"metadata.namespace={api.namespace}"})
    ).body
    assert names(body) == ["a"]

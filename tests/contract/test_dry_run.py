"""Dry runs: answered as if they were done, and not done."""

from apis import Api
from apiservers import CONFIG_MAP, VIRTUAL_SERVICE, config_map, virtual_service
from contracts import applied, causes, patch, told

DRY = {"dryRun": "All"}


async def test_a_dry_creation_is_answered_whole_and_leaves_nothing(api: Api) -> None:
    answer = await api.ask("POST", api.path(CONFIG_MAP), config_map("a", {"x": "1"}, api.namespace), query=DRY)
    assert answer.status == 201 and answer.body["metadata"]["uid"] and answer.body["metadata"]["creationTimestamp"]
    assert (await api.ask("GET", api.path(CONFIG_MAP, "a"))).status == 404


async def test_dry_writes_of_every_verb_change_nothing(api: Api) -> None:
    created = await api.client.create(CONFIG_MAP, config_map("a", {"x": "1"}, api.namespace))
    path = api.path(CONFIG_MAP, "a")
    put = await api.ask("PUT", path, config_map("a", {"x": "2"}, api.namespace), query=DRY)
    patched = await patch(api, CONFIG_MAP, "a", {"data": {"x": "3"}}, dryRun="All")
    wanted = await applied(
        api, CONFIG_MAP, config_map("a", {"x": "4"}, api.namespace), "one", dryRun="All", force="true"
    )
    assert [answer.body["data"]["x"] for answer in (put, patched, wanted)] == ["2", "3", "4"]
    for answer in (
        await api.ask("DELETE", path, query=DRY),
        await api.ask("DELETE", path, {"dryRun": ["All"]}),
        await api.ask("DELETE", api.path(CONFIG_MAP), query=DRY),
    ):
        assert answer.status == 200, answer.body
    assert await api.client.get(CONFIG_MAP, api.key("a")) == created


async def test_a_dry_apply_of_what_is_not_there_creates_nothing(api: Api) -> None:
    answer = await applied(api, CONFIG_MAP, config_map("a", {"x": "1"}, api.namespace), "one", dryRun="All")
    assert answer.status == 201 and (await api.ask("GET", api.path(CONFIG_MAP, "a"))).status == 404


async def test_a_dry_run_refuses_what_a_wet_one_would(api: Api) -> None:
    raw = virtual_service("a") | {"metadata": {"name": "a", "namespace": api.namespace}}
    await api.client.create(VIRTUAL_SERVICE, raw)
    path = api.path(VIRTUAL_SERVICE)
    told(await api.ask("POST", path, raw, query=DRY), 409, "AlreadyExists")
    wrong = raw | {"metadata": raw["metadata"] | {"name": "b"}, "spec": {"hosts": "none"}}
    told(await api.ask("POST", path, wrong, query=DRY), 422, "Invalid")


async def test_a_dry_status_and_scale_change_nothing(api: Api) -> None:
    raw = virtual_service("a") | {"metadata": {"name": "a", "namespace": api.namespace}}
    created = await api.client.create(VIRTUAL_SERVICE, raw)
    status = {"status": {"observedGeneration": 3}}
    answer = await patch(api, VIRTUAL_SERVICE, "a", status, subresource="status", dryRun="All")
    assert answer.body["status"] == status["status"]
    assert await api.client.get(VIRTUAL_SERVICE, api.key("a")) == created


async def test_there_is_one_way_of_dry_run(api: Api) -> None:
    raw = config_map("a", namespace=api.namespace)
    answer = await api.ask("POST", api.path(CONFIG_MAP), raw, query={"dryRun": "Some"})
    assert causes(answer, 422, "Invalid") == {("FieldValueNotSupported", "dryRun")}
    assert answer.body["details"]["kind"] == "CreateOptions"
    await api.client.create(CONFIG_MAP, raw)
    for answer, kind in (
        (await api.ask("PUT", api.path(CONFIG_MAP, "a"), raw, query={"dryRun": "Some"}), "UpdateOptions"),
        (await patch(api, CONFIG_MAP, "a", {"data": {}}, dryRun="Some"), "PatchOptions"),
        (await api.ask("DELETE", api.path(CONFIG_MAP, "a"), query={"dryRun": "Some"}), "DeleteOptions"),
    ):
        assert causes(answer, 422, "Invalid") == {("FieldValueNotSupported", "dryRun")}
        assert answer.body["details"]["kind"] == kind

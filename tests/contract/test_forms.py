"""Forms of an answer: tables and metadata alone, as the Accept header asks, of objects, lists and watches."""

from typing import Any

from apis import Api
from apiservers import CONFIG_MAP, VIRTUAL_SERVICE, config_map, virtual_service
from contracts import told, version_of, watching

TABLE = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"}
PARTIAL = {"Accept": "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"}
PARTIALS = {"Accept": "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"}


async def made(api: Api, name: str = "a") -> dict[str, Any]:
    raw = virtual_service(name) | {"metadata": {"name": name, "namespace": api.namespace, "labels": {"l": "v"}}}
    return await api.client.create(VIRTUAL_SERVICE, raw)


async def test_a_list_is_a_table_with_the_kinds_columns_and_metadata_of_each_row(api: Api) -> None:
    created = await made(api)
    table = (await api.ask("GET", api.path(VIRTUAL_SERVICE), headers=TABLE)).body
    assert (table["kind"], table["apiVersion"]) == ("Table", "meta.k8s.io/v1")
    names = [column["name"] for column in table["columnDefinitions"]]
    assert names == ["Name", "Gateways", "Hosts", "Age"]
    assert all(
        column.keys() >= {"name", "type", "format", "description", "priority"} for column in table["columnDefinitions"]
    )
    row = table["rows"][0]
    assert row["cells"][0] == "a" and row["cells"][2] == '["web"]' and len(row["cells"]) == len(names)
    assert (row["object"]["kind"], row["object"]["metadata"]) == ("PartialObjectMetadata", created["metadata"])
    assert row["object"].keys() == {"kind", "apiVersion", "metadata"}
    assert int(version_of(table)) >= int(version_of(created))


async def test_a_table_holds_objects_whole_or_not_at_all_when_asked(api: Api) -> None:
    created = await made(api)
    path = api.path(VIRTUAL_SERVICE)
    whole = (await api.ask("GET", path, headers=TABLE, query={"includeObject": "Object"})).body
    assert whole["rows"][0]["object"] == created
    none = (await api.ask("GET", path, headers=TABLE, query={"includeObject": "None"})).body
    assert not none["rows"][0].get("object")
    assert (await api.ask("GET", path, headers=TABLE, query={"includeObject": "All"})).status in (400, 422)


async def test_one_object_is_a_table_of_one_row(api: Api) -> None:
    created = await made(api)
    table = (await api.ask("GET", api.path(VIRTUAL_SERVICE, "a"), headers=TABLE)).body
    assert (table["kind"], len(table["rows"]), table["rows"][0]["cells"][0]) == ("Table", 1, "a")
    assert version_of(table) == version_of(created)


async def test_tables_have_pages_and_no_rows_when_nothing_is_there(api: Api) -> None:
    for name in ("a", "b", "c"):
        await made(api, name)
    table = (await api.ask("GET", api.path(VIRTUAL_SERVICE), headers=TABLE, query={"limit": "2"})).body
    assert len(table["rows"]) == 2 and table["metadata"]["continue"] and table["metadata"]["remainingItemCount"] == 1
    empty = (await api.ask("GET", api.path(VIRTUAL_SERVICE), headers=TABLE, query={"labelSelector": "l=none"})).body
    assert empty["rows"] == [] and empty["columnDefinitions"]


async def test_pods_and_services_have_the_columns_that_kubectl_shows(api: Api) -> None:
    shown = {}
    for path in ("pods", "services"):
        table = (await api.ask("GET", f"/api/v1/namespaces/{api.namespace}/{path}", headers=TABLE)).body
        shown[path] = [column["name"] for column in table["columnDefinitions"] if column["priority"] == 0]
    assert shown["pods"] == ["Name", "Ready", "Status", "Restarts", "Age"]
    assert shown["services"] == ["Name", "Type", "Cluster-IP", "External-IP", "Port(s)", "Age"]


async def test_metadata_alone_of_one_and_of_many(api: Api) -> None:
    created = await api.client.create(CONFIG_MAP, config_map("a", {"x": "1"}, api.namespace, labels={"l": "v"}))
    one = (await api.ask("GET", api.path(CONFIG_MAP, "a"), headers=PARTIAL)).body
    expected = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": created["metadata"]}
    assert one == expected
    many = (await api.ask("GET", api.path(CONFIG_MAP), headers=PARTIALS, query={"labelSelector": "l=v"})).body
    assert (many["kind"], many["apiVersion"]) == ("PartialObjectMetadataList", "meta.k8s.io/v1")
    assert [item["metadata"] for item in many["items"]] == [created["metadata"]] and version_of(many)


async def test_writes_answer_in_the_form_asked_for(api: Api) -> None:
    answer = await api.ask("POST", api.path(CONFIG_MAP), config_map("a", {"x": "1"}, api.namespace), headers=PARTIAL)
    assert (answer.status, answer.body["kind"]) == (201, "PartialObjectMetadata") and "data" not in answer.body
    table = await api.ask("PUT", api.path(CONFIG_MAP, "a"), config_map("a", {"x": "2"}, api.namespace), headers=TABLE)
    assert (table.body["kind"], table.body["rows"][0]["cells"][0]) == ("Table", "a")


async def test_a_watch_tells_in_rows_or_in_metadata_when_asked(api: Api) -> None:
    version = version_of((await api.ask("GET", api.path(VIRTUAL_SERVICE))).body)
    created = await made(api)
    async with watching(api, VIRTUAL_SERVICE, resourceVersion=version, headers=TABLE) as watch:
        event, table = await watch.event()
        assert (event, table["kind"], table["rows"][0]["cells"][0]) == ("ADDED", "Table", "a")
        assert table["columnDefinitions"][0]["name"] == "Name"
        assert table["rows"][0]["object"]["metadata"] == created["metadata"]
        await api.client.delete(VIRTUAL_SERVICE, api.key("a"))
        event, table = await watch.event()
        assert (event, table["rows"][0]["cells"][0]) == ("DELETED", "a")
    async with watching(api, VIRTUAL_SERVICE, resourceVersion=version, headers=PARTIAL) as watch:
        event, raw = await watch.event()
        assert (event, raw["kind"], raw["metadata"]) == ("ADDED", "PartialObjectMetadata", created["metadata"])
        assert "spec" not in raw


async def test_the_first_form_that_there_is_is_taken(api: Api) -> None:
    await api.client.create(CONFIG_MAP, config_map("a", namespace=api.namespace))
    for accept in ("*/*", "", "text/plain, application/json;q=0.5"):
        answer = await api.ask("GET", api.path(CONFIG_MAP, "a"), headers={"Accept": accept})
        assert (answer.status, answer.body["kind"]) == (200, "ConfigMap"), accept


async def test_a_form_that_there_is_not_is_not_acceptable(api: Api) -> None:
    for accept in (
        "text/plain",
        "application/json;as=Table;v=v2;g=meta.k8s.io",
        "application/json;as=Poem;v=v1;g=meta.k8s.io",
    ):
        told(await api.ask("GET", api.path(CONFIG_MAP), headers={"Accept": accept}), 406, "NotAcceptable")

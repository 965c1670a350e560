"""managedFields: what they look like, how they are set anew, and the way from client-side to server-side apply."""

import json
from typing import Any

from apis import Api
from apiservers import CONFIG_MAP, DEPLOYMENT, config_map, deployment
from contracts import applied, causes, patch, told

LAST = "kubectl.kubernetes.io/last-applied-configuration"


def owners(raw: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """The entries by manager and operation."""
    return {(each["manager"], each["operation"]): each for each in raw["metadata"].get("managedFields", ())}


def leaves(tree: dict[str, Any]) -> dict[str, Any]:
    """A fieldsV1 without the marks of what is itself a member: a server may set them on maps or not."""
    return {name: leaves(member) for name, member in tree.items() if name != "."}


async def test_an_entry_says_who_how_when_in_which_version_and_what(api: Api) -> None:
    raw = config_map("a", {"x": "1"}, api.namespace, labels={"l": "v"})
    created = (await api.ask("POST", api.path(CONFIG_MAP), raw, query={"fieldManager": "writer"})).body
    (entry,) = created["metadata"]["managedFields"]
    assert entry["time"] == created["metadata"]["creationTimestamp"]
    expected = {"f:data": {"f:x": {}}, "f:metadata": {"f:labels": {"f:l": {}}}}
    assert leaves(entry.pop("fieldsV1")) == expected and entry.pop("time")
    assert entry == {"manager": "writer", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1"}


async def test_a_manager_is_named_after_the_client_when_it_names_none(api: Api) -> None:
    headers = {"User-Agent": "my-client/v1.2 (linux)"}
    answer = await api.ask("POST", api.path(CONFIG_MAP), config_map("a", {"x": "1"}, api.namespace), headers=headers)
    assert owners(answer.body).keys() == {("my-client", "Update")}


async def test_an_applied_list_is_recorded_by_keys(api: Api) -> None:
    raw = deployment("a")
    raw["metadata"]["namespace"] = api.namespace
    raw["spec"]["template"]["spec"]["containers"][0]["ports"] = [{"containerPort": 80, "protocol": "TCP"}]
    answer = await applied(api, DEPLOYMENT, raw, "one")
    entry = owners(answer.body)["one", "Apply"]
    assert entry["apiVersion"] == "apps/v1"
    port = {".": {}, "f:containerPort": {}, "f:protocol": {}}
    container = {".": {}, "f:image": {}, "f:name": {}, "f:ports": {'k:{"containerPort":80,"protocol":"TCP"}': port}}
    template = {"f:metadata": {"f:labels": {"f:app": {}}}, "f:spec": {"f:containers": {'k:{"name":"main"}': container}}}
    assert entry["fieldsV1"] == {"f:spec": {"f:selector": {}, "f:template": template}}


async def test_a_change_moves_ownership_and_what_nobody_owns_any_more_is_not_listed(api: Api) -> None:
    await api.ask(
        "POST", api.path(CONFIG_MAP), config_map("a", {"x": "1"}, api.namespace), query={"fieldManager": "one"}
    )
    changed = (await patch(api, CONFIG_MAP, "a", {"data": {"x": "2", "y": "1"}}, fieldManager="two")).body
    found = {key: leaves(entry["fieldsV1"]) for key, entry in owners(changed).items()}
    assert found["two", "Update"] == {"f:data": {"f:x": {}, "f:y": {}}}
    assert found.get(("one", "Update"), {}) in ({}, {"f:data": {}})


async def test_managed_fields_cannot_be_applied(api: Api) -> None:
    raw = config_map("a", {"x": "1"}, api.namespace, managedFields=[{"manager": "x"}])
    told(await applied(api, CONFIG_MAP, raw, "one"), 400, "BadRequest")


async def test_what_there_was_before_the_first_apply_has_an_owner_then(api: Api) -> None:
    await applied(api, CONFIG_MAP, config_map("a", {"x": "1", "y": "1"}, api.namespace), "one")
    await patch(api, CONFIG_MAP, "a", {"metadata": {"managedFields": [{}]}})
    refused = await applied(api, CONFIG_MAP, config_map("a", {"x": "2"}, api.namespace), "two")
    assert causes(refused, 409, "Conflict") == {("FieldManagerConflict", ".data.x")}
    assert refused.body["details"]["causes"][0]["message"] == 'conflict with "before-first-apply" using v1'
    forced = (await applied(api, CONFIG_MAP, config_map("a", {"x": "2"}, api.namespace), "two", force="true")).body
    assert forced["data"] == {"x": "2", "y": "1"}
    assert owners(forced).keys() == {("two", "Apply"), ("before-first-apply", "Update")}


async def test_ownership_can_be_handed_over_as_kubectl_does_it(api: Api) -> None:
    """From client-side to server-side apply: the entry of the one becomes the entry of the other."""
    raw = config_map("a", {"x": "1", "y": "2"}, api.namespace)
    annotated = config_map("a", {"x": "1", "y": "2"}, api.namespace, annotations={LAST: json.dumps(raw)})
    created = (
        await api.ask("POST", api.path(CONFIG_MAP), annotated, query={"fieldManager": "kubectl-client-side-apply"})
    ).body
    (entry,) = created["metadata"]["managedFields"]
    steps = [
        {
            "op": "replace",
            "path": "/metadata/managedFields",
            "value": [entry | {"manager": "kubectl", "operation": "Apply"}],
        },
        {"op": "replace", "path": "/metadata/resourceVersion", "value": created["metadata"]["resourceVersion"]},
    ]
    moved = await patch(api, CONFIG_MAP, "a", steps, "json", fieldManager="kubectl-client-side-apply")
    assert moved.status == 200, moved.body
    assert owners(moved.body).keys() == {("kubectl", "Apply")}
    wanted = config_map("a", {"x": "7"}, api.namespace)
    answer = await applied(api, CONFIG_MAP, wanted, "kubectl")
    assert (answer.status, answer.body["data"]) == (200, {"x": "7"})
    told(await patch(api, CONFIG_MAP, "a", steps, "json"), 409, "Conflict")


async def test_the_record_of_client_side_apply_follows_what_kubectl_applies_on_the_server(api: Api) -> None:
    raw = config_map("a", {"x": "1"}, api.namespace)
    annotated = config_map("a", {"x": "1"}, api.namespace, annotations={LAST: json.dumps(raw)})
    await api.ask("POST", api.path(CONFIG_MAP), annotated, query={"fieldManager": "kubectl-client-side-apply"})
    answer = await applied(api, CONFIG_MAP, config_map("a", {"x": "2"}, api.namespace), "kubectl")
    assert answer.status == 200, answer.body
    last = json.loads(answer.body["metadata"]["annotations"][LAST])
    assert last["data"] == {"x": "2"}
    other = await applied(api, CONFIG_MAP, config_map("a", {"y": "2"}, api.namespace), "other")
    assert json.loads(other.body["metadata"]["annotations"][LAST])["data"] == {"x": "2"}

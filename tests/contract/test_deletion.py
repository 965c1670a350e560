"""Deletion: at once, held by finalizers, in two steps, of many, and only of what was meant."""

from typing import Any

from apis import Api
from apiservers import CONFIG_MAP, VIRTUAL_SERVICE, config_map, virtual_service
from contracts import causes, patch, told, version_of

from lateen.kinds.all import by_kind

HOLD = "example.com/hold"


async def held(api: Api, **meta: Any) -> dict[str, Any]:
    """An object that a finalizer holds, marked for deletion."""
    await api.client.create(CONFIG_MAP, config_map("a", {"x": "1"}, api.namespace, finalizers=[HOLD], **meta))
    answer = await api.ask("DELETE", api.path(CONFIG_MAP, "a"))
    assert answer.status == 200
    body: dict[str, Any] = answer.body
    return body


async def gone(api: Api, name: str = "a") -> bool:
    return (await api.ask("GET", api.path(CONFIG_MAP, name))).status == 404


async def test_a_deletion_answers_with_what_was_deleted(api: Api) -> None:
    created = await api.client.create(CONFIG_MAP, config_map("a", namespace=api.namespace))
    answer = await api.ask("DELETE", api.path(CONFIG_MAP, "a"))
    assert (answer.status, answer.body["kind"], answer.body["status"]) == (200, "Status", "Success")
    assert answer.body["details"] == {"name": "a", "kind": "configmaps", "uid": created["metadata"]["uid"]}
    assert await gone(api)


async def test_a_deletion_of_a_custom_object_names_its_group(api: Api) -> None:
    raw = virtual_service("a") | {"metadata": {"name": "a", "namespace": api.namespace}}
    uid = (await api.client.create(VIRTUAL_SERVICE, raw))["metadata"]["uid"]
    details = (await api.ask("DELETE", api.path(VIRTUAL_SERVICE, "a"))).body["details"]
    assert details == {"name": "a", "group": "networking.istio.io", "kind": "virtualservices", "uid": uid}


async def test_a_deletion_of_another_object_or_version_is_a_conflict(api: Api) -> None:
    created = await api.client.create(CONFIG_MAP, config_map("a", namespace=api.namespace))
    for wanted in ({"uid": "11111111-2222-3333-4444-555555555555"}, {"resourceVersion": "1"}):
        told(await api.ask("DELETE", api.path(CONFIG_MAP, "a"), {"preconditions": wanted}), 409, "Conflict")
    meant = {"uid": created["metadata"]["uid"], "resourceVersion": version_of(created)}
    assert (await api.ask("DELETE", api.path(CONFIG_MAP, "a"), {"preconditions": meant})).status == 200


async def test_a_finalizer_holds_an_object_until_it_is_taken_away(api: Api) -> None:
    raw = await held(api)
    assert raw["kind"] == "ConfigMap" and raw["metadata"]["deletionTimestamp"].endswith("Z")
    assert raw["metadata"]["deletionGracePeriodSeconds"] == 0
    again = await api.ask("DELETE", api.path(CONFIG_MAP, "a"))
    assert (again.status, again.body["metadata"]["deletionTimestamp"]) == (200, raw["metadata"]["deletionTimestamp"])
    assert (await patch(api, CONFIG_MAP, "a", {"data": {"x": "2"}})).body["data"] == {"x": "2"}
    assert (await patch(api, CONFIG_MAP, "a", {"metadata": {"finalizers": None}})).status == 200
    assert await gone(api)


async def test_a_deletion_that_has_begun_takes_no_new_finalizer(api: Api) -> None:
    await held(api)
    answer = await patch(api, CONFIG_MAP, "a", {"metadata": {"finalizers": [HOLD, "example.com/more"]}})
    assert causes(answer, 422, "Invalid") == {("FieldValueForbidden", "metadata.finalizers")}
    await patch(api, CONFIG_MAP, "a", {"metadata": {"finalizers": None}})


async def test_a_deletion_cannot_be_taken_back(api: Api) -> None:
    raw = await held(api)
    patched = (await patch(api, CONFIG_MAP, "a", {"metadata": {"deletionTimestamp": None}})).body
    assert patched["metadata"]["deletionTimestamp"] == raw["metadata"]["deletionTimestamp"]
    await patch(api, CONFIG_MAP, "a", {"metadata": {"finalizers": None}})


async def test_a_finalizer_names_its_owners_domain(api: Api) -> None:
    answer = await api.ask(
        "POST", api.path(CONFIG_MAP), config_map("a", namespace=api.namespace, finalizers=["nothing special"])
    )
    assert all(field.startswith("metadata.finalizers") for _, field in causes(answer, 422, "Invalid"))


async def test_a_selection_is_deleted_and_answered(api: Api) -> None:
    for name, label in (("a", "x"), ("b", "x"), ("c", "y")):
        await api.client.create(CONFIG_MAP, config_map(name, namespace=api.namespace, labels={"l": label}))
    answer = await api.ask("DELETE", api.path(CONFIG_MAP), query={"labelSelector": "l=x"})
    assert (answer.status, answer.body["kind"]) == (200, "ConfigMapList")
    assert {item["metadata"]["name"] for item in answer.body["items"]} == {"a", "b"}
    assert [await gone(api, name) for name in "abc"] == [True, True, False]


async def test_namespaces_are_deleted_one_by_one(api: Api) -> None:
    told(await api.ask("DELETE", "/api/v1/namespaces", query={"labelSelector": "l=none"}), 405, "MethodNotAllowed")


async def test_options_that_are_none_are_refused(api: Api) -> None:
    await api.client.create(CONFIG_MAP, config_map("a", namespace=api.namespace))
    path = api.path(CONFIG_MAP, "a")
    unknown = await api.ask("DELETE", path, {"propagationPolicy": "Sideways"})
    assert causes(unknown, 422, "Invalid") == {("FieldValueNotSupported", "propagationPolicy")}
    both = await api.ask("DELETE", path, {"propagationPolicy": "Orphan", "orphanDependents": True})
    assert causes(both, 422, "Invalid") == {("FieldValueInvalid", "propagationPolicy")}
    assert not await gone(api)


async def test_options_come_in_the_query_as_well(api: Api) -> None:
    await api.client.create(CONFIG_MAP, config_map("a", namespace=api.namespace))
    answer = await api.ask("DELETE", api.path(CONFIG_MAP, "a"), query={"propagationPolicy": "Orphan"})
    assert answer.status == 200


async def test_a_bound_pod_ends_in_two_steps(api: Api) -> None:
    kind = by_kind("Pod")
    raw = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": api.namespace}}
    spec = {"nodeName": "nowhere", "containers": [{"name": "c", "image": "c:1"}], "terminationGracePeriodSeconds": 7}
    await api.client.create(kind, raw | {"spec": spec})
    path = api.path(kind, "a")
    marked = (await api.ask("DELETE", path)).body
    assert (marked["kind"], marked["metadata"]["deletionGracePeriodSeconds"]) == ("Pod", 7)
    shorter = (await api.ask("DELETE", path, {"gracePeriodSeconds": 3})).body
    assert shorter["metadata"]["deletionGracePeriodSeconds"] == 3
    longer = (await api.ask("DELETE", path, {"gracePeriodSeconds": 60})).body
    assert longer["metadata"]["deletionGracePeriodSeconds"] == 3
    assert (await api.ask("DELETE", path, {"gracePeriodSeconds": 0})).status == 200
    assert (await api.ask("GET", path)).status == 404


async def test_a_pod_that_no_node_has_ends_at_once(api: Api) -> None:
    kind = by_kind("Pod")
    raw = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": api.namespace}}
    await api.client.create(kind, raw | {"spec": {"containers": [{"name": "c", "image": "c:1"}]}})
    answer = await api.ask("DELETE", api.path(kind, "a"))
    assert answer.status == 200 and (await api.ask("GET", api.path(kind, "a"))).status == 404

"""What users want and what there is: separate writers, and a generation that counts wishes."""

from typing import Any

import pytest
from apis import Api
from apiservers import DEPLOYMENT, VIRTUAL_SERVICE, deployment, virtual_service
from contracts import applied, patch, told, version_of

from lateen.kinds.spec import KindSpec

STATUS: dict[str, dict[str, Any]] = {
    "Deployment": {"observedGeneration": 1, "replicas": 3},
    "VirtualService": {"observedGeneration": 1, "conditions": [{"type": "Reconciled", "status": "True"}]},
}
BOTH = pytest.mark.parametrize("kind", [DEPLOYMENT, VIRTUAL_SERVICE], ids=lambda kind: kind.kind)


def fresh(kind: KindSpec, api: Api, **more: Any) -> dict[str, Any]:
    raw = deployment("a") if kind is DEPLOYMENT else virtual_service("a")
    return raw | {"metadata": {"name": "a", "namespace": api.namespace}} | more


def wished(raw: dict[str, Any]) -> dict[str, Any]:
    """The object with another wish."""
    spec = {"replicas": 2} if raw["kind"] == "Deployment" else {"hosts": ["other"]}
    return raw | {"spec": raw["spec"] | spec}


@BOTH
async def test_a_wish_counts_and_metadata_and_status_do_not(api: Api, kind: KindSpec) -> None:
    first = await api.client.create(kind, fresh(kind, api))
    assert first["metadata"]["generation"] == 1
    labelled = (await patch(api, kind, "a", {"metadata": {"labels": {"x": "y"}}})).body
    assert labelled["metadata"]["generation"] == 1
    second = await api.client.replace(kind, wished(labelled))
    assert second["metadata"]["generation"] == 2
    third = await api.client.update_status(kind, second | {"status": STATUS[kind.kind]})
    assert third["metadata"]["generation"] == 2 and int(version_of(third)) > int(version_of(second))


@BOTH
async def test_a_generation_cannot_be_written(api: Api, kind: KindSpec) -> None:
    raw = fresh(kind, api)
    raw["metadata"]["generation"] = 9
    created = await api.client.create(kind, raw)
    assert created["metadata"]["generation"] == 1
    created["metadata"]["generation"] = 9
    assert (await api.client.replace(kind, created))["metadata"]["generation"] == 1


@BOTH
async def test_a_new_object_has_no_status_yet_whatever_its_writer_says(api: Api, kind: KindSpec) -> None:
    created = await api.client.create(kind, fresh(kind, api, status=STATUS[kind.kind]))
    assert not created.get("status")


@BOTH
async def test_a_write_of_the_object_leaves_the_status(api: Api, kind: KindSpec) -> None:
    created = await api.client.create(kind, fresh(kind, api))
    status = STATUS[kind.kind]
    known = await api.client.update_status(kind, created | {"status": status})
    assert known["status"] == status
    without = {name: value for name, value in wished(known).items() if name != "status"}
    assert (await api.client.replace(kind, without))["status"] == status
    assert (await patch(api, kind, "a", {"status": {"observedGeneration": 7}})).body["status"] == status
    assert (await patch(api, kind, "a", {"status": None})).body["status"] == status


@BOTH
async def test_a_write_of_the_status_leaves_the_object(api: Api, kind: KindSpec) -> None:
    created = await api.client.create(kind, fresh(kind, api))
    known = await api.client.update_status(kind, wished(created) | {"status": STATUS[kind.kind]})
    assert known["spec"] == created["spec"] and known["status"] == STATUS[kind.kind]
    more = {"spec": {"hosts": ["x"], "replicas": 9}, "status": {"observedGeneration": 2}}
    patched = (await patch(api, kind, "a", more, subresource="status")).body
    assert patched["spec"] == created["spec"]
    assert patched["status"] == STATUS[kind.kind] | {"observedGeneration": 2}


@BOTH
async def test_the_status_is_read_by_itself_as_the_whole_object(api: Api, kind: KindSpec) -> None:
    created = await api.client.create(kind, fresh(kind, api))
    assert (await api.ask("GET", api.path(kind, "a", subresource="status"))).body == created


@BOTH
async def test_a_status_is_patched_by_json_patch_and_by_apply(api: Api, kind: KindSpec) -> None:
    await api.client.create(kind, fresh(kind, api))
    step = {"op": "add", "path": "/status", "value": {"observedGeneration": 1}}
    patched = await patch(api, kind, "a", [step], "json", subresource="status")
    assert (patched.status, patched.body["status"]) == (200, {"observedGeneration": 1})
    head = {
        "apiVersion": kind.api_versions[0],
        "kind": kind.kind,
        "metadata": {"name": "a", "namespace": api.namespace},
    }
    path = {"subresource": "status", "fieldManager": "status-writer"}
    wish = head | {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}
    answer = await patch(api, kind, "a", wish, "apply", **path)  # type: ignore[arg-type]
    assert answer.status == 200, answer.body
    assert answer.body["status"]["observedGeneration"] == 1
    assert [each["type"] for each in answer.body["status"]["conditions"]] == ["Ready"]
    owner = next(each for each in answer.body["metadata"]["managedFields"] if each["manager"] == "status-writer")
    assert (owner["operation"], owner["subresource"]) == ("Apply", "status")


@BOTH
async def test_an_apply_of_the_object_does_not_touch_the_status(api: Api, kind: KindSpec) -> None:
    created = await api.client.create(kind, fresh(kind, api))
    await api.client.update_status(kind, created | {"status": STATUS[kind.kind]})
    answer = await applied(api, kind, fresh(kind, api, status={"observedGeneration": 5}), "applier", force="true")
    assert (answer.status, answer.body["status"]) == (200, STATUS[kind.kind])


@BOTH
async def test_a_stale_status_is_a_conflict(api: Api, kind: KindSpec) -> None:
    created = await api.client.create(kind, fresh(kind, api))
    await api.client.replace(kind, wished(created))
    path = api.path(kind, "a", subresource="status")
    told(await api.ask("PUT", path, created | {"status": STATUS[kind.kind]}), 409, "Conflict")


async def test_a_kind_without_status_has_no_such_subresource(api: Api) -> None:
    path = f"/api/v1/namespaces/{api.namespace}/configmaps/a/status"
    assert (await api.ask("GET", path)).status == 404

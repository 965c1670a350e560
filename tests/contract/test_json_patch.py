"""JSON patches: done whole or not at all."""

from typing import Any

import pytest
from apis import Api
from apiservers import CONFIG_MAP, VIRTUAL_SERVICE, config_map, virtual_service
from contracts import patch, told


async def make(api: Api) -> dict[str, Any]:
    raw = config_map(
        "a",
        {"x": "1"},
        api.namespace,
        labels={"l": "v"},
        annotations={"y/z": "2", "y.z": "3"},
        finalizers=["a.example/b"],
    )
    return await api.client.create(CONFIG_MAP, raw)


async def data(api: Api, *steps: dict[str, Any]) -> dict[str, Any]:
    answer = await patch(api, CONFIG_MAP, "a", list(steps), "json")
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.body["data"]
    return found


async def test_every_operation_does_what_it_says(api: Api) -> None:
    await make(api)
    done = await data(
        api,
        {"op": "test", "path": "/data/x", "value": "1"},
        {"op": "add", "path": "/data/new", "value": "n"},
        {"op": "replace", "path": "/data/x", "value": "10"},
        {"op": "copy", "from": "/data/x", "path": "/data/copied"},
        {"op": "move", "from": "/data/new", "path": "/data/moved"},
    )
    assert done == {"x": "10", "copied": "10", "moved": "n"}


async def test_a_slash_and_a_tilde_in_a_name_are_written_apart(api: Api) -> None:
    await make(api)
    steps = [
        {"op": "remove", "path": "/metadata/annotations/y~1z"},
        {"op": "replace", "path": "/metadata/annotations/y.z", "value": "changed"},
    ]
    answer = await patch(api, CONFIG_MAP, "a", steps, "json")
    assert answer.body["metadata"]["annotations"] == {"y.z": "changed"}
    await patch(api, CONFIG_MAP, "a", {"metadata": {"finalizers": None}})


async def test_lists_are_changed_by_position(api: Api) -> None:
    await make(api)
    path = "/metadata/finalizers"
    steps = [
        {"op": "add", "path": f"{path}/0", "value": "a.example/first"},
        {"op": "add", "path": f"{path}/-", "value": "a.example/last"},
        {"op": "remove", "path": f"{path}/1"},
    ]
    answer = await patch(api, CONFIG_MAP, "a", steps, "json")
    assert answer.body["metadata"]["finalizers"] == ["a.example/first", "a.example/last"]
    await patch(api, CONFIG_MAP, "a", {"metadata": {"finalizers": None}})


@pytest.mark.parametrize(
    "step",
    [
        {"op": "remove", "path": "/data/none"},
        {"op": "replace", "path": "/data/none", "value": "x"},
        {"op": "add", "path": "/none/x", "value": "x"},
        {"op": "test", "path": "/data/x", "value": "2"},
        {"op": "copy", "from": "/data/none", "path": "/data/x"},
        {"op": "move", "from": "/data/none", "path": "/data/x"},
        {"op": "remove", "path": "/metadata/finalizers/5"},
    ],
    ids=lambda step: f"{step['op']} {step.get('from', step['path'])}",
)
async def test_a_step_that_cannot_be_done_is_invalid_and_nothing_changes(api: Api, step: dict[str, Any]) -> None:
    created = await make(api)
    first = {"op": "replace", "path": "/data/x", "value": "changed"} if step["op"] != "test" else step
    answer = await patch(api, CONFIG_MAP, "a", [first, step], "json")
    if api.server == "kubernetes" and step["path"].startswith("/data/") and step["op"] in ("replace", "copy"):
        return  # Kubernetes adds what is not there, against RFC 6902; the embedded server does not
    told(answer, 422, "Invalid")
    assert "the server rejected our request due to an error in our request" in answer.body["message"]
    if api.server == "embedded":  # Kubernetes does not say which
        assert step.get("from", step["path"]) in answer.body["message"]
    assert await api.client.get(CONFIG_MAP, api.key("a")) == created
    await patch(api, CONFIG_MAP, "a", {"metadata": {"finalizers": None}})


@pytest.mark.parametrize(
    "body",
    [b'{"op": "add"}', b"[1]", b"[{]", b"", b'"text"', b'[{"path": "/data/x"}]'],
    ids=lambda body: body.decode() or "empty",
)
async def test_what_is_no_patch_is_refused_and_nothing_changes(api: Api, body: bytes) -> None:
    created = await make(api)
    answer = await patch(api, CONFIG_MAP, "a", body, "json")
    assert answer.status in (400, 422) and answer.body["kind"] == "Status"
    assert await api.client.get(CONFIG_MAP, api.key("a")) == created
    await patch(api, CONFIG_MAP, "a", {"metadata": {"finalizers": None}})


async def test_a_malformed_patch_is_a_bad_request(api: Api) -> None:
    await make(api)
    told(await patch(api, CONFIG_MAP, "a", b"[{]", "json"), 400, "BadRequest")
    await patch(api, CONFIG_MAP, "a", {"metadata": {"finalizers": None}})


async def test_a_patch_whose_result_is_invalid_changes_nothing(api: Api) -> None:
    raw = virtual_service("a") | {"metadata": {"name": "a", "namespace": api.namespace}}
    created = await api.client.create(VIRTUAL_SERVICE, raw)
    step = {"op": "replace", "path": "/spec/http", "value": "none"}
    told(await patch(api, VIRTUAL_SERVICE, "a", [step], "json"), 422, "Invalid")
    assert await api.client.get(VIRTUAL_SERVICE, api.key("a")) == created


async def test_a_deep_path_into_a_custom_object_is_changed(api: Api) -> None:
    raw = virtual_service("a") | {"metadata": {"name": "a", "namespace": api.namespace}}
    await api.client.create(VIRTUAL_SERVICE, raw)
    step = {"op": "replace", "path": "/spec/http/0/route/0/destination/host", "value": "other"}
    answer = await patch(api, VIRTUAL_SERVICE, "a", [step], "json")
    assert answer.body["spec"]["http"][0]["route"][0]["destination"]["host"] == "other"
    missing = {"op": "replace", "path": "/spec/http/0/route/1/destination/host", "value": "other"}
    told(await patch(api, VIRTUAL_SERVICE, "a", [missing], "json"), 422, "Invalid")


async def test_an_object_keeps_its_name_and_kind(api: Api) -> None:
    created = await make(api)
    for path, value in (("/metadata/name", "b"), ("/kind", "Secret"), ("/metadata/namespace", "default")):
        answer = await patch(api, CONFIG_MAP, "a", [{"op": "replace", "path": path, "value": value}], "json")
        assert answer.status in (400, 422), (path, answer.body)
    assert await api.client.get(CONFIG_MAP, api.key("a")) == created
    await patch(api, CONFIG_MAP, "a", {"metadata": {"finalizers": None}})

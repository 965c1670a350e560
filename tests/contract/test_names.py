"""Names: given, generated, missing, wrong, and at odds with the URL."""

from typing import Any

import pytest
from apis import Api
from apiservers import CONFIG_MAP, VIRTUAL_SERVICE, config_map, virtual_service
from contracts import causes, told


def unnamed(api: Api, **meta: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"namespace": api.namespace} | meta}


async def test_a_taken_name_is_a_conflict_of_its_own_reason(api: Api) -> None:
    await api.client.create(CONFIG_MAP, config_map("a", namespace=api.namespace))
    answer = await api.ask("POST", api.path(CONFIG_MAP), config_map("a", namespace=api.namespace))
    assert told(answer, 409, "AlreadyExists") == {"name": "a", "kind": "configmaps"}


async def test_a_taken_name_of_a_custom_kind_names_the_group(api: Api) -> None:
    raw = virtual_service("a") | {"metadata": {"name": "a", "namespace": api.namespace}}
    await api.client.create(VIRTUAL_SERVICE, raw)
    answer = await api.ask("POST", api.path(VIRTUAL_SERVICE), raw)
    expected = {"name": "a", "group": "networking.istio.io", "kind": "virtualservices"}
    assert told(answer, 409, "AlreadyExists") == expected
    assert 'virtualservices.networking.istio.io "a" already exists' in answer.body["message"]


async def test_a_generated_name_begins_as_asked_and_is_another_each_time(api: Api) -> None:
    path = api.path(CONFIG_MAP)
    names = {(await api.ask("POST", path, unnamed(api, generateName="c-"))).body["metadata"]["name"] for _ in range(3)}
    assert len(names) == 3 and all(name.startswith("c-") and len(name) == 7 for name in names)


async def test_a_name_wins_over_a_name_to_generate(api: Api) -> None:
    answer = await api.ask("POST", api.path(CONFIG_MAP), unnamed(api, name="a", generateName="b-"))
    assert (answer.status, answer.body["metadata"]["name"]) == (201, "a")


async def test_an_object_without_a_name_is_invalid_at_its_name(api: Api) -> None:
    answer = await api.ask("POST", api.path(CONFIG_MAP), unnamed(api))
    assert causes(answer, 422, "Invalid") == {("FieldValueRequired", "metadata.name")}


@pytest.mark.parametrize("name", ["Upper", "under_score", "-dash", "a/b", "x" * 254])
async def test_a_name_that_is_no_dns_name_is_invalid_at_its_name(api: Api, name: str) -> None:
    answer = await api.ask("POST", api.path(CONFIG_MAP), unnamed(api, name=name))
    assert ("FieldValueInvalid", "metadata.name") in causes(answer, 422, "Invalid")
    assert answer.body["details"]["kind"] == "ConfigMap"


async def test_a_namespace_in_the_body_that_is_not_the_urls_is_a_bad_request(api: Api) -> None:
    answer = await api.ask("POST", api.path(CONFIG_MAP), config_map("a", namespace="default"))
    told(answer, 400, "BadRequest")
    assert "does not match the namespace sent on the request" in answer.body["message"]


async def test_a_name_in_the_body_that_is_not_the_urls_is_a_bad_request(api: Api) -> None:
    await api.client.create(CONFIG_MAP, config_map("a", namespace=api.namespace))
    answer = await api.ask("PUT", api.path(CONFIG_MAP, "a"), config_map("b", namespace=api.namespace))
    told(answer, 400, "BadRequest")
    assert "does not match the name on the URL" in answer.body["message"]


async def test_the_namespace_comes_from_the_url_when_the_body_names_none(api: Api) -> None:
    raw = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
    created = (await api.ask("POST", api.path(CONFIG_MAP), raw)).body
    assert created["metadata"]["namespace"] == api.namespace


async def test_an_object_of_a_namespace_is_not_created_without_one(api: Api) -> None:
    told(await api.ask("POST", "/api/v1/configmaps", config_map("a", namespace="default")), 405, "MethodNotAllowed")


async def test_nothing_is_created_in_a_namespace_that_is_not_there(api: Api) -> None:
    answer = await api.ask("POST", "/api/v1/namespaces/none/configmaps", config_map("a", namespace="none"))
    assert told(answer, 404, "NotFound") == {"name": "none", "kind": "namespaces"}


@pytest.mark.parametrize(
    "labels", [{"a": "not ok"}, {"-a": "b"}, {"a": "x" * 64}, {"a/b/c": "d"}, {"A.b/c": "-"}], ids=str
)
async def test_labels_that_are_none_are_invalid(api: Api, labels: dict[str, str]) -> None:
    answer = await api.ask("POST", api.path(CONFIG_MAP), unnamed(api, name="a", labels=labels))
    assert {reason for reason, _ in causes(answer, 422, "Invalid")} == {"FieldValueInvalid"}
    assert all(field.startswith("metadata.labels") for _, field in causes(answer, 422, "Invalid"))

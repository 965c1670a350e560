"""Namespaces: what they begin with, and how they end."""

import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest
from apis import Api
from apiservers import config_map
from contracts import SECONDS, told

from lateen.base.tasks import until_seen

MERGE = "application/merge-patch+json"


@pytest.fixture
async def name(api: Api) -> AsyncIterator[str]:
    """The name of a namespace; it is deleted when the test made it and left it."""
    chosen = f"contract-{secrets.token_hex(4)}"
    yield chosen
    await api.ask("DELETE", f"/api/v1/namespaces/{chosen}")


async def create(api: Api, name: str) -> dict[str, Any]:
    raw = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    answer = await api.ask("POST", "/api/v1/namespaces", raw)
    assert answer.status == 201, answer.body
    body: dict[str, Any] = answer.body
    return body


async def gone(api: Api, path: str) -> None:
    async def absent() -> bool:
        return (await api.ask("GET", path)).status == 404

    await until_seen(absent, seconds=90, what=f"the end of {path}")


async def test_a_namespace_begins_active_labelled_and_with_a_service_account(api: Api, name: str) -> None:
    created = await create(api, name)
    assert created["metadata"]["labels"] == {"kubernetes.io/metadata.name": name}
    assert created["status"]["phase"] == "Active" and created["spec"]["finalizers"] == ["kubernetes"]

    async def furnished() -> bool:
        return (await api.ask("GET", f"/api/v1/namespaces/{name}/serviceaccounts/default")).status == 200

    await until_seen(furnished, seconds=SECONDS, what="the default service account")


async def test_a_namespace_takes_what_is_in_it_along_and_lets_nothing_in_meanwhile(api: Api, name: str) -> None:
    await create(api, name)
    path = f"/api/v1/namespaces/{name}"
    for each in (
        config_map("plain", namespace=name),
        config_map("held", namespace=name, finalizers=["example.com/hold"]),
    ):
        assert (await api.ask("POST", f"{path}/configmaps", each)).status == 201
    answer = await api.ask("DELETE", path)
    assert answer.status == 200
    left = (await api.ask("GET", path)).body
    assert left["metadata"]["deletionTimestamp"] and left["status"]["phase"] == "Terminating"
    refused = await api.ask("POST", f"{path}/configmaps", config_map("late", namespace=name))
    cause = told(refused, 403, "Forbidden")["causes"][0]
    assert (cause["reason"], cause["field"]) == ("NamespaceTerminating", "metadata.namespace")
    assert "because it is being terminated" in refused.body["message"]
    await gone(api, f"{path}/configmaps/plain")
    assert (await api.ask("GET", path)).status == 200
    await api.ask("PATCH", f"{path}/configmaps/held", {"metadata": {"finalizers": None}}, content_type=MERGE)
    await gone(api, path)


async def test_a_namespace_of_the_same_name_can_come_again(api: Api, name: str) -> None:
    first = await create(api, name)
    await api.ask("DELETE", f"/api/v1/namespaces/{name}")
    await gone(api, f"/api/v1/namespaces/{name}")
    assert (await create(api, name))["metadata"]["uid"] != first["metadata"]["uid"]


async def test_the_systems_namespaces_stay(api: Api) -> None:
    for each in ("default", "kube-system", "kube-public"):
        told(await api.ask("DELETE", f"/api/v1/namespaces/{each}"), 403, "Forbidden")


async def test_a_namespaces_name_is_a_label(api: Api) -> None:
    raw = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "with.dots"}}
    told(await api.ask("POST", "/api/v1/namespaces", raw), 422, "Invalid")


async def test_a_namespaces_content_is_not_found_when_it_is_not_there(api: Api, name: str) -> None:
    answer = await api.ask("GET", f"/api/v1/namespaces/{name}/configmaps")
    assert (answer.status, answer.body["items"]) == (200, [])
    assert (await api.ask("GET", f"/api/v1/namespaces/{name}/configmaps/a")).status == 404

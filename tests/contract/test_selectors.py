"""Selectors: every operator of labels, and the fields that each kind can be selected by."""

from typing import Any

import pytest
from apis import Api
from apiservers import CONFIG_MAP, VIRTUAL_SERVICE, config_map, pod, virtual_service
from contracts import patch, told

from lateen.kinds.all import by_kind

LABELS: dict[str, dict[str, str]] = {
    "web": {"app": "web", "tier": "front", "weight": "10"},
    "api": {"app": "api", "tier": "back", "weight": "20"},
    "old": {"app": "web", "legacy": "", "example.com/team": "a"},
    "bare": {},
}


async def chosen(api: Api, path: str, **query: str) -> set[str]:
    answer = await api.ask("GET", path, query=query)
    assert answer.status == 200, answer.body
    return {item["metadata"]["name"] for item in answer.body["items"]} - {"kube-root-ca.crt"}


async def test_every_operator_chooses_as_documented(api: Api) -> None:
    for name, labels in LABELS.items():
        await api.client.create(CONFIG_MAP, config_map(name, namespace=api.namespace, labels=labels))
    expected = {
        "app=web": {"web", "old"},
        "app==web": {"web", "old"},
        "app!=web": {"api", "bare"},
        "app in (web,api)": {"web", "api", "old"},
        "app in (web)": {"web", "old"},
        "app notin (web)": {"api", "bare"},
        "app notin (web, api)": {"bare"},
        "tier": {"web", "api"},
        "!tier": {"old", "bare"},
        "legacy=": {"old"},
        "legacy": {"old"},
        "app=web,tier=front": {"web"},
        "app=web,!tier": {"old"},
        "example.com/team=a": {"old"},
        "weight>10": {"api"},
        "weight<20": {"web"},
        " app = web , tier ": {"web"},
        "app in (web,),tier": {"web"},
        "": set(LABELS),
    }
    assert {text: await chosen(api, api.path(CONFIG_MAP), labelSelector=text) for text in expected} == expected


@pytest.mark.parametrize(
    "text", ["app in web", "=web", "app=web=x", "app in (web", "-app", "app>x", "!app=web", "app=a b"]
)
async def test_a_label_selector_that_is_none_is_a_bad_request(api: Api, text: str) -> None:
    told(await api.ask("GET", api.path(CONFIG_MAP), query={"labelSelector": text}), 400, "BadRequest")


async def test_every_kind_is_selected_by_name_and_namespace(api: Api) -> None:
    for name in ("a", "b"):
        await api.client.create(CONFIG_MAP, config_map(name, namespace=api.namespace))
        raw = virtual_service(name) | {"metadata": {"name": name, "namespace": api.namespace}}
        await api.client.create(VIRTUAL_SERVICE, raw)
    for kind in (CONFIG_MAP, VIRTUAL_SERVICE):
        path = api.path(kind)
        assert await chosen(api, path, fieldSelector="metadata.name=a") == {"a"}
        assert await chosen(api, path, fieldSelector="metadata.name!=a") == {"b"}
        assert await chosen(api, path, fieldSelector=f"metadata.namespace={api.namespace},metadata.name==b") == {"b"}
        assert await chosen(api, path, fieldSelector="metadata.namespace=other") == set()


async def test_an_unknown_field_is_a_bad_request_that_names_it(api: Api) -> None:
    for kind in (CONFIG_MAP, VIRTUAL_SERVICE):
        answer = await api.ask("GET", api.path(kind), query={"fieldSelector": "spec.hosts=web"})
        told(answer, 400, "BadRequest")
        assert "spec.hosts" in answer.body["message"]
    told(await api.ask("GET", api.path(CONFIG_MAP), query={"fieldSelector": "metadata.name"}), 400, "BadRequest")


async def test_pods_are_selected_by_node_phase_and_account(api: Api) -> None:
    kind = by_kind("Pod")
    for name in ("a", "b"):
        await api.client.create(kind, pod(name, api.namespace))
    await patch(api, kind, "a", {"status": {"phase": "Running", "podIP": "10.1.2.3"}}, subresource="status")
    path = api.path(kind)
    assert await chosen(api, path, fieldSelector="status.phase=Running") == {"a"}
    assert await chosen(api, path, fieldSelector="status.phase!=Running") == {"b"}
    assert await chosen(api, path, fieldSelector="status.podIP=10.1.2.3") == {"a"}
    assert await chosen(api, path, fieldSelector="spec.nodeName=none") == set()
    assert await chosen(api, path, fieldSelector="spec.nodeName=,spec.restartPolicy=Always") == {"a", "b"}
    assert await chosen(api, path, fieldSelector="spec.serviceAccountName=default") == {"a", "b"}


async def test_secrets_are_selected_by_type_and_events_by_what_they_are_about(api: Api) -> None:
    secret, event = by_kind("Secret"), by_kind("Event", "")
    meta: dict[str, Any] = {"name": "a", "namespace": api.namespace}
    await api.client.create(secret, {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "type": "example.com/x"})
    await api.client.create(secret, {"apiVersion": "v1", "kind": "Secret", "metadata": meta | {"name": "b"}})
    assert await chosen(api, api.path(secret), fieldSelector="type=example.com/x") == {"a"}
    about = {"kind": "Pod", "name": "p", "namespace": api.namespace, "uid": "u"}
    raw = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": meta,
        "involvedObject": about,
        "reason": "R",
        "type": "Normal",
    }
    await api.client.create(event, raw)
    path = api.path(event)
    assert await chosen(api, path, fieldSelector="involvedObject.kind=Pod,involvedObject.name=p") == {"a"}
    assert await chosen(api, path, fieldSelector="type=Warning") == set()
    assert await chosen(api, path, fieldSelector="reason=R,involvedObject.uid=u") == {"a"}


async def test_namespaces_are_selected_by_phase(api: Api) -> None:
    path = "/api/v1/namespaces"
    assert api.namespace in await chosen(api, path, fieldSelector="status.phase=Active")
    assert api.namespace in await chosen(api, path, labelSelector=f"kubernetes.io/metadata.name={api.namespace}")

"""The control plane's source against each server: what is told is what there is, and writers take turns."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from apis import Api

from lateen.base.clock import SystemClock
from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn, until
from lateen.kinds.all import by_kind
from lateen.kinds.spec import KindSpec
from lateen.sources.client import ApiError, Client
from lateen.sources.definitions import follow_definitions
from lateen.sources.informer import Delete, Event, Put, Synced, Told, follow
from lateen.sources.lease import LEASE, Elector
from lateen.sources.listwatch import Line, Scope
from lateen.sources.reading import as_written, for_mesh
from lateen.sources.served import Catalog
from lateen.sources.statuses import CONDITIONS, Place, Statuses, Wanted

CONFIG_MAP, POD, VIRTUAL_SERVICE = by_kind("ConfigMap"), by_kind("Pod"), by_kind("VirtualService")
CLOCK = SystemClock()


def config_map(name: str, value: str = "") -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"v": value}}


def placed(api: Api, raw: dict[str, Any]) -> dict[str, Any]:
    return raw | {"metadata": raw["metadata"] | {"namespace": api.namespace}}


class Recorded:
    """What was told adds up to."""

    def __init__(self) -> None:
        self.objects: dict[str, Any] = {}
        self.events: list[Event] = []

    def take(self, event: Event) -> None:
        self.events.append(event)
        match event:
            case Put(key, found):
                self.objects[key.name] = found
            case Delete(key):
                del self.objects[key.name]


@contextmanager
def following(api: Api, kind: Any = CONFIG_MAP, **options: Any) -> Iterator[Recorded]:
    told = Recorded()
    task = spawn(
        follow(api.client, kind, told.take, namespace=api.namespace, longest_wait=0.2, **options), name="follow"
    )
    try:
        yield told
        assert not task.done()
    finally:
        task.cancel()


async def happens(condition: Callable[[], Any], what: str) -> None:
    await until(condition, seconds=20, what=what)


async def test_a_list_in_pages_and_what_changes_behind_it_is_told(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lateen.sources.informer.PAGE", 3)
    for number in range(8):
        await api.client.create(CONFIG_MAP, placed(api, config_map(f"c{number}")))
    with following(api) as told:
        await happens(lambda: any(isinstance(event, Synced) for event in told.events), "the list")
        assert {f"c{number}" for number in range(8)} <= told.objects.keys()
        await api.client.apply(CONFIG_MAP, placed(api, config_map("c1", "new")), force=True)
        await api.client.delete(CONFIG_MAP, api.key("c0"))
        await happens(
            lambda: told.objects.get("c1", {}).get("data") == {"v": "new"} and "c0" not in told.objects, "both"
        )
        assert told.objects["c1"]["apiVersion"] == "v1" and told.objects["c1"]["kind"] == "ConfigMap"


def virtual_service(name: str) -> dict[str, Any]:
    spec = {"hosts": [name], "http": [{"route": [{"destination": {"host": name}}]}]}
    raw = {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": name}}
    return raw | {"spec": spec}


async def test_after_a_410_only_what_differs_is_told(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    lines, watches = Client.lines, []

    async def late(client: Client, kind: KindSpec, version: str, scope: Scope, **options: Any) -> AsyncIterator[Line]:
        """Watch from before the kind was, the first time, and after two changes."""
        watches.append(version)
        if len(watches) == 1:
            await api.client.delete(kind, api.key("goes"))
            await api.client.create(kind, placed(api, virtual_service("comes")))
            version = "1"
        async for line in lines(client, kind, version, scope, **options):
            yield line

    for name in ("stays", "goes"):
        await api.client.create(VIRTUAL_SERVICE, placed(api, virtual_service(name)))
    monkeypatch.setattr(Client, "lines", late)
    with following(api, VIRTUAL_SERVICE) as told:
        await happens(lambda: len(watches) == 2, "a second list, and the watch from it")
        puts = [event.key.name for event in told.events if isinstance(event, Put)]
        gone = [event.key.name for event in told.events if isinstance(event, Delete)]
    assert (sorted(puts), gone) == (["comes", "goes", "stays"], ["goes"])


async def test_what_the_mesh_does_not_read_of_a_pod_is_no_news(api: Api) -> None:
    spec = {"containers": [{"name": "main", "image": "main:1"}], "automountServiceAccountToken": False}
    raw = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": spec}
    await api.client.create(POD, placed(api, raw))
    with following(api, POD, read=for_mesh) as told:
        await happens(lambda: "a" in told.objects, "the pod")
        puts = len([event for event in told.events if isinstance(event, Put)])
        beat = {"type": "Ready", "status": "True", "lastProbeTime": "2026-01-01T00:00:00Z"}
        for time in ("2026-01-01T00:00:01Z", "2026-01-01T00:00:02Z"):
            patch = {"status": {"conditions": [beat | {"lastTransitionTime": time}]}}
            await api.client.patch(POD, api.key("a"), patch, "merge", subresource="status")
        await api.client.patch(POD, api.key("a"), {"metadata": {"labels": {"last": "yes"}}})
        await happens(lambda: told.objects["a"].labels == {"last": "yes"}, "the label")
        assert len([event for event in told.events if isinstance(event, Put)]) == puts + 2
    await api.client.delete(POD, api.key("a"), grace_seconds=0)


async def test_a_lease_goes_from_one_writer_to_the_next(api: Api) -> None:
    one, two = (Elector(api.client, api.key("leader"), name, CLOCK) for name in ("one", "two"))
    first = spawn(one.run(), name="one")
    await happens(lambda: one.leading, "the first to lead")
    second = spawn(two.run(), name="two")
    await happens(lambda: two.holder == "one", "the second to see it")
    assert not two.leading
    await cancel(first)
    await happens(lambda: two.leading, "the second to lead")
    spec = (await api.client.get(LEASE, api.key("leader")))["spec"]
    assert (spec["holderIdentity"], spec["leaseTransitions"]) == ("two", 1)
    await cancel(second)


async def test_a_status_is_written_once_and_the_spec_stays(api: Api) -> None:
    spec = {"hosts": ["web"], "http": [{"route": [{"destination": {"host": "web"}}]}]}
    raw = {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": "v"}, "spec": spec}
    if not await served_here(api):
        pytest.skip("this server has no VirtualServices: their definitions are not installed")
    made = await api.client.create(VIRTUAL_SERVICE, placed(api, raw))
    elector = Elector(api.client, api.key("leader"), "me", CLOCK)
    statuses, place = Statuses(api.client, elector, CLOCK), Place(VIRTUAL_SERVICE, api.key("v"))
    tasks = spawn(elector.run(), name="elector"), spawn(statuses.run(), name="statuses")
    condition = {"type": "Accepted", "status": "True", "reason": "Accepted", "message": "", "observedGeneration": 1}
    status = {"observedGeneration": 1, "conditions": [condition]}
    with following(api, VIRTUAL_SERVICE, read=for_mesh) as told:
        statuses.want(place, Wanted(made["metadata"]["uid"], raw["apiVersion"], status))
        await happens(
            lambda: [event for event in told.events if isinstance(event, Told) and event.status], "the status"
        )
        assert len([event for event in told.events if isinstance(event, Put)]) == 1
        statuses.saw(place, next(e.status for e in told.events if isinstance(e, Told) and e.status))
        assert statuses.written == 1 and not statuses._due
    after = await api.client.get(VIRTUAL_SERVICE, place.key)
    assert after["spec"] == made["spec"] and after["metadata"]["generation"] == 1
    assert [
        each["subresource"] for each in after["metadata"]["managedFields"] if each["manager"] == CONDITIONS.manager
    ] == ["status"]
    await cancel(*tasks)


async def served_here(api: Api) -> bool:
    try:
        await api.client.list(VIRTUAL_SERVICE, api.namespace)
    except ApiError as error:
        if error.code == 404:
            return False
        raise
    return True


async def test_a_kind_is_followed_from_when_it_is_installed_until_it_is_removed(api: Api) -> None:
    if api.server == "embedded":
        answer = await api.ask("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {})
        assert answer.status == 405  # it serves what it serves
        return
    from lateen.kinds.spec import KindSpec

    group = f"{api.namespace}.lateen.test"
    kind = KindSpec(group=group, kind="Sail", plural="sails", versions=("v2", "v1"), model=CONFIG_MAP.model)
    catalog, told = Catalog(api.client, [kind], CLOCK), Recorded()
    tasks = (
        spawn(catalog.run(), name="catalog"),
        spawn(follow_definitions(api.client, catalog, CLOCK), name="definitions"),
        spawn(follow(api.client, kind, told.take, read=as_written, serving=catalog), name="follow"),
    )
    await happens(lambda: Synced("") in told.events, "absence")
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    names = {"kind": "Sail", "plural": "sails", "singular": "sail", "listKind": "SailList"}
    spec = {
        "group": group,
        "scope": "Namespaced",
        "names": names,
        "versions": [{"name": "v1", "served": True, "storage": True, "schema": schema}],
    }
    raw = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"sails.{group}"},
        "spec": spec,
    }
    key = Key("", f"sails.{group}")
    try:
        await api.ask("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", json.loads(json.dumps(raw)))
        await happens(lambda: catalog.versions.get(kind) == "v1", "discovery")
        path = f"/apis/{group}/v1/namespaces/{api.namespace}/sails"
        made = {"apiVersion": f"{group}/v1", "kind": "Sail", "metadata": {"name": "jib"}}
        for _ in range(50):
            if (await api.ask("POST", path, made)).status in (201, 409):
                break
            await CLOCK.sleep(0.1)
        await happens(lambda: "jib" in told.objects, "the first object")
    finally:
        await api.client.delete(by_kind("CustomResourceDefinition"), key)
    await happens(lambda: not told.objects and kind not in catalog.versions, "the end of it")
    await cancel(*tasks)


async def test_nothing_stays_open_behind_a_follower_that_ends(api: Api) -> None:
    async with Client.from_kubeconfig(api.kubeconfig) as client:
        task = spawn(follow(client, CONFIG_MAP, lambda event: None, namespace=api.namespace), name="follow")
        await until(lambda: client._transport._session, seconds=10, what="a session")
        before = asyncio.all_tasks()
        await cancel(task)
        assert asyncio.all_tasks() <= before - {task}

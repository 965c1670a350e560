"""A pod is found by its name or by what it belongs to."""

from typing import TYPE_CHECKING, Any

import pytest
from apiservers import deployment, pod, service

from lateen.base.errors import LateenError
from lateen.cli.pods import find_pod
from lateen.kinds.all import by_kind

if TYPE_CHECKING:
    from conftest import Cluster


@pytest.fixture
async def shop(cluster: "Cluster") -> "Cluster":
    """A Deployment `web` and a Service `web`, with a pod that starts and one that runs."""
    client = cluster.client
    await client.create(by_kind("Deployment"), deployment("web"))
    await client.create(by_kind("Service"), service("web"))
    for name, phase in (("web-1", "Pending"), ("web-2", "Running")):
        made: dict[str, Any] = await client.create(by_kind("Pod"), pod(name, labels={"app": "web"}))
        await client.update_status(by_kind("Pod"), made | {"status": {"phase": phase}})
    await client.create(by_kind("Pod"), pod("alone", labels={"app": "alone"}))
    return cluster


@pytest.mark.parametrize(
    ("text", "namespace", "name"),
    [
        ("web-1", "default", "web-1"),
        ("pod/web-1", "default", "web-1"),
        ("web-1.default", "kube-system", "web-1"),
        ("deploy/web", "default", "web-2"),
        ("deployment/web.default", "kube-system", "web-2"),
        ("svc/web", "default", "web-2"),
    ],
)
async def test_pods_go_by_name_and_by_workload(shop: "Cluster", text: str, namespace: str, name: str) -> None:
    assert (await find_pod(shop.client, text, namespace))["metadata"]["name"] == name


@pytest.mark.parametrize(
    ("text", "words", "fix"),
    [
        ("nothing", "pod 'nothing' not found in namespace default", "pods there: alone, web-1, web-2"),
        ("deploy/nothing", "deploy nothing not found in namespace default", ""),
        ("job/web", "'job/web' does not name a pod", "deploy/NAME"),
    ],
)
async def test_what_is_not_found_is_answered_with_what_there_is(
    shop: "Cluster", text: str, words: str, fix: str
) -> None:
    with pytest.raises(LateenError, match=words) as caught:
        await find_pod(shop.client, text, "default")
    assert fix in caught.value.fix


async def test_a_workload_without_pods_is_said_to_have_none(cluster: "Cluster") -> None:
    await cluster.client.create(by_kind("Deployment"), deployment("web"))
    with pytest.raises(LateenError, match="deploy web has no pods"):
        await find_pod(cluster.client, "deploy/web", "default")


async def test_a_service_without_selector_has_no_pods(shop: "Cluster") -> None:
    await shop.client.create(by_kind("Service"), service("outside", selector={}))
    with pytest.raises(LateenError, match="svc outside has no pods"):
        await find_pod(shop.client, "svc/outside", "default")

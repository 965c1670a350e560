"""`lateen get` lists and prints objects as a real API server has them."""

import json
from typing import TYPE_CHECKING

import pytest
import yaml
from apiservers import config_map, pod, service, virtual_service

from lateen.base.errors import LateenError
from lateen.cli.get import kind_named
from lateen.kinds.all import by_kind

if TYPE_CHECKING:
    from conftest import Cluster


@pytest.mark.parametrize("text", ["vs", "VirtualService", "virtualservices", "virtualservices.networking.istio.io"])
def test_a_kind_goes_by_all_its_names(text: str) -> None:
    assert kind_named(text) is by_kind("VirtualService")


def test_an_unknown_kind_is_answered_with_those_there_are() -> None:
    with pytest.raises(LateenError, match="no kind is named 'fish'") as caught:
        kind_named("fish")
    assert "virtualservices" in caught.value.fix


async def test_a_namespaces_objects_are_listed_with_the_kinds_columns(cluster: "Cluster") -> None:
    await cluster.client.create(by_kind("VirtualService"), virtual_service("web"))
    header, row = (await cluster.lateen("get", "vs")).stdout.splitlines()
    assert header.split()[0] == "NAME" and "HOSTS" in header
    assert row.split()[0] == "web"


async def test_all_namespaces_are_listed_with_their_names(cluster: "Cluster") -> None:
    await cluster.client.create(by_kind("ConfigMap"), config_map("a", namespace="default"))
    await cluster.client.create(by_kind("ConfigMap"), config_map("b", namespace="kube-system"))
    lines = [line.split()[:2] for line in (await cluster.lateen("get", "cm", "-A")).stdout.splitlines()]
    assert lines[0] == ["NAMESPACE", "NAME"]
    assert {("default", "a"), ("kube-system", "b")} <= {tuple(line) for line in lines}


async def test_objects_without_namespace_are_listed_from_any(cluster: "Cluster") -> None:
    said = await cluster.lateen("get", "ns", "-n", "nowhere")
    assert "default" in said.stdout and "NAMESPACE" not in said.stdout


async def test_a_selector_narrows_the_list(cluster: "Cluster") -> None:
    await cluster.client.create(by_kind("ConfigMap"), config_map("a", labels={"app": "a"}))
    await cluster.client.create(by_kind("ConfigMap"), config_map("b", labels={"app": "b"}))
    assert (await cluster.lateen("get", "cm", "-l", "app=b", "-o", "name")).stdout == "configmap/b\n"


async def test_one_object_is_printed_whole(cluster: "Cluster") -> None:
    made = await cluster.client.create(by_kind("Service"), service("web"))
    assert json.loads((await cluster.lateen("get", "svc", "web", "-o", "json")).stdout) == made
    assert yaml.safe_load((await cluster.lateen("get", "svc", "web", "-o", "yaml")).stdout) == made


async def test_many_objects_are_printed_as_a_list(cluster: "Cluster") -> None:
    await cluster.client.create(by_kind("Pod"), pod("a"))
    found = json.loads((await cluster.lateen("get", "pods", "-o", "json")).stdout)
    assert (found["kind"], [item["metadata"]["name"] for item in found["items"]]) == ("List", ["a"])


async def test_nothing_is_said_to_be_nothing_and_is_no_error(cluster: "Cluster") -> None:
    said = await cluster.lateen("get", "pods")
    assert (said.exit_code, said.stdout, said.stderr) == (0, "", "No resources found in default namespace.\n")
    assert (await cluster.lateen("get", "pods", "-A")).stderr == "No resources found.\n"


async def test_an_object_that_is_not_there_is_an_error(cluster: "Cluster") -> None:
    assert str((await cluster.lateen("get", "pod", "a")).exception) == 'pods "a" not found'

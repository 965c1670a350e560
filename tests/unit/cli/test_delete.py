"""`lateen delete` says per object what went, and what was not there."""

from typing import TYPE_CHECKING

from apiservers import config_map, service, virtual_service

from lateen.kinds.all import by_kind

if TYPE_CHECKING:
    from conftest import Cluster


async def test_objects_of_a_file_go_in_the_reverse_of_the_order_they_come_in(cluster: "Cluster") -> None:
    file = cluster.file("a.yaml", service("web"), virtual_service("web"))
    await cluster.lateen("apply", "-f", file)
    said = await cluster.lateen("delete", "-f", file)
    assert said.exit_code == 0
    assert said.stdout == "virtualservice.networking.istio.io/web deleted\nservice/web deleted\n"


async def test_objects_go_by_kind_and_names(cluster: "Cluster") -> None:
    for name in "abc":
        await cluster.client.create(by_kind("ConfigMap"), config_map(name))
    said = await cluster.lateen("delete", "cm", "a", "b")
    assert said.stdout == "configmap/a deleted\nconfigmap/b deleted\n"
    left = await cluster.client.list(by_kind("ConfigMap"), "default")
    assert [item["metadata"]["name"] for item in left.items] == ["c"]


async def test_what_is_not_there_fails_the_command_but_not_the_rest(cluster: "Cluster") -> None:
    await cluster.client.create(by_kind("ConfigMap"), config_map("b"))
    said = await cluster.lateen("delete", "cm", "a", "b")
    assert (said.exit_code, said.stdout, said.stderr) == (1, "configmap/b deleted\n", "configmap/a not found\n")


async def test_what_is_not_there_may_be_no_error(cluster: "Cluster") -> None:
    said = await cluster.lateen("delete", "cm", "a", "--ignore-not-found")
    assert (said.exit_code, said.stdout, said.stderr) == (0, "", "")


async def test_nothing_named_is_nothing_deleted(cluster: "Cluster") -> None:
    for arguments in ((), ("cm",)):
        assert "nothing to delete" in str((await cluster.lateen("delete", *arguments)).exception)

"""`lateen apply` says per object what it did, and does nothing when anything is wrong."""

import json
from typing import TYPE_CHECKING

from aiohttp import web
from apiservers import config_map, service, virtual_service

from lateen.base.errors import Invalid
from lateen.base.refs import Key
from lateen.kinds.all import by_kind

if TYPE_CHECKING:
    from conftest import Cluster

RULE = {
    "apiVersion": "networking.istio.io/v1",
    "kind": "DestinationRule",
    "metadata": {"name": "web", "namespace": "default"},
    "spec": {"host": "web", "subsets": [{"name": "v1", "labels": {"version": "v1"}}]},
}


async def test_it_says_created_then_unchanged_then_configured(cluster: "Cluster") -> None:
    file = cluster.file("a.yaml", virtual_service("web"), service("web"))
    said = await cluster.lateen("apply", "-f", file)
    assert said.stdout == "service/web created\nvirtualservice.networking.istio.io/web created\n"
    said = await cluster.lateen("apply", "-f", file)
    assert said.stdout == "service/web unchanged\nvirtualservice.networking.istio.io/web unchanged\n"
    said = await cluster.lateen("apply", "-f", cluster.file("b.yaml", virtual_service("web", 50)))
    assert said.stdout == "virtualservice.networking.istio.io/web configured\n"


async def test_what_names_no_namespace_goes_where_it_is_told_to(cluster: "Cluster") -> None:
    raw = config_map("a")
    del raw["metadata"]["namespace"]
    file = cluster.file("a.yaml", raw, config_map("b", namespace="kube-public"))
    await cluster.lateen("apply", "-n", "kube-system", "-f", file)
    assert await cluster.client.get(by_kind("ConfigMap"), Key("kube-system", "a"))
    assert await cluster.client.get(by_kind("ConfigMap"), Key("kube-public", "b"))


async def test_an_object_without_namespace_stays_without(cluster: "Cluster") -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    assert (await cluster.lateen("apply", "-f", cluster.file("a.yaml", namespace))).stdout == "namespace/shop created\n"


async def test_standard_input_is_a_file_too(cluster: "Cluster") -> None:
    said = await cluster.lateen("apply", "-f", "-", stdin=json.dumps(config_map("piped")))
    assert said.stdout == "configmap/piped created\n"


async def test_one_fault_and_nothing_changes(cluster: "Cluster") -> None:
    file = cluster.file("a.yaml", config_map("good"), service("bad", ports=[{"port": 99999}]))
    said = await cluster.lateen("apply", "-f", file)
    assert isinstance(said.exception, Invalid)
    assert "99999" in str(said.exception)
    assert (await cluster.client.list(by_kind("ConfigMap"), "default")).items == []


async def test_routes_wait_until_the_subsets_have_reached_the_proxies(cluster: "Cluster") -> None:
    asked: list[tuple[str, str, int]] = []

    async def caught_up(request: web.Request) -> web.Response:
        routes = await cluster.client.list(by_kind("VirtualService"), "default")
        asked.append((request.query["kind"], request.query["version"], len(routes.items)))
        return web.json_response({"caught_up": True})

    app = web.Application()
    app.router.add_get("/debug/caught-up", caught_up)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.UnixSite(runner, str(cluster.settings.istiod_socket)).start()
    try:
        said = await cluster.lateen("apply", "-f", cluster.file("a.yaml", virtual_service("web"), RULE))
    finally:
        await runner.cleanup()
    assert said.stdout.splitlines() == [
        "destinationrule.networking.istio.io/web created",
        "virtualservice.networking.istio.io/web created",
    ]
    rule = await cluster.client.get(by_kind("DestinationRule"), Key("default", "web"))
    assert asked == [("DestinationRule", rule["metadata"]["resourceVersion"], 0)]


async def test_what_an_object_of_the_same_name_takes_away_is_told(cluster: "Cluster") -> None:
    await cluster.lateen("apply", "-f", cluster.file("a.yaml", virtual_service("web")))
    said = await cluster.lateen("apply", "-f", cluster.file("b.yaml", virtual_service("web", 50)))
    assert "replaces 1 route of VirtualService default/web:" in said.stderr.splitlines()


async def test_what_is_wrong_with_an_object_among_the_others_is_told_when_it_is_applied(cluster: "Cluster") -> None:
    typo = {**RULE, "spec": {"host": "webb"}}
    said = await cluster.lateen("apply", "-f", cluster.file("a.yaml", service("web"), typo))
    assert "Warning [IST0174] (DestinationRule default/web)" in said.stderr
    assert 'fix: did you mean "web.default.svc.cluster.local"?' in said.stderr


async def test_of_two_rules_for_one_host_the_one_that_counts_is_told(cluster: "Cluster") -> None:
    await cluster.lateen("apply", "-f", cluster.file("a.yaml", service("web"), virtual_service("web")))
    other = virtual_service("chaos")
    other["spec"] = virtual_service("web")["spec"]
    said = await cluster.lateen("apply", "-f", cluster.file("b.yaml", other))
    assert "Error [IST0109] (VirtualService default/chaos)" in said.stderr
    assert "fix: sidecars obey default/" in said.stderr

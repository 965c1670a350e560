"""What people may see of a running control plane is plain data, and tells of each proxy where it stands."""

import json
from typing import Any

import msgspec
import pytest
from planes import Plane
from worlds import mesh_config, pod, service, slices

from lateen.app.windows import Inspector
from lateen.base.errors import Invalid
from lateen.base.tasks import until
from lateen.proto import name_table, types

REVIEWS = "outbound|80||reviews.shop.svc.cluster.local"


@pytest.fixture
async def inspector(mesh: Plane) -> Inspector:
    """Of a control plane to which one proxy is connected, which has everything."""
    await mesh.seen(
        await mesh.put(
            pod("reviews-1", "10.244.0.2", {"app": "reviews"}),
            service("reviews", address="10.96.7.7"),
            slices("reviews", {"reviews-1": "10.244.0.2"}),
        )
    )
    proxy = await mesh.connect("reviews-1")
    await proxy.has(types.CLUSTER, REVIEWS)
    await proxy.has(types.LISTENER, "virtualInbound")
    assert await mesh.control.caught_up("Service", "0")
    return Inspector(mesh.control)


async def test_syncz_tells_for_each_proxy_what_it_has_acknowledged(inspector: Inspector) -> None:
    (found,) = inspector.syncz()
    assert (found["proxy"], found["proxy_type"]) == ("reviews-1.shop", "sidecar")
    assert {name: each["state"] for name, each in found["types"].items()} == {"CDS": "SYNCED", "LDS": "SYNCED"}
    assert found["types"]["CDS"]["resources"] > 0
    assert found["bytes_sent"] > 0 and found["bytes_received"] > 0


async def test_an_agent_speaks_for_its_proxy(inspector: Inspector, mesh: Plane) -> None:
    agent = await mesh.connect("reviews-1", asks=(name_table.NAME,))
    await agent.has(name_table.NAME, "reviews.shop.svc.cluster.local")
    await until(lambda: inspector.syncz()[0]["types"].get("NDS", {}).get("state") == "SYNCED", seconds=10, what="NDS")
    (found,) = inspector.syncz()
    assert {name: each["state"] for name, each in found["types"].items()} == dict.fromkeys(("CDS", "LDS", "NDS"), "SYNCED")  # fmt: skip
    assert "CDS" in inspector.session("reviews-1.shop")


async def test_a_host_is_explained_to_a_proxy_that_is_connected(inspector: Inspector) -> None:
    story = inspector.windows().explain_host("reviews-1.shop", "reviews")
    assert [one.name for one in story.upstreams] == [REVIEWS]
    (check,) = inspector.windows().tls_check("reviews-1.shop", "reviews")
    assert (check.status, check.server) == ("AUTO", "PERMISSIVE")
    assert inspector.windows().strictness("shop").ready
    with pytest.raises(KeyError):
        inspector.windows().explain_host("nobody.shop", "reviews")


async def test_patches_of_a_bootstrap_are_those_for_the_node_that_asks(inspector: Inspector, mesh: Plane) -> None:
    merge = {"operation": "MERGE", "value": {"stats_flush_interval": "7s"}}
    spec = {"workloadSelector": {"labels": {"app": "web"}}, "configPatches": [{"applyTo": "BOOTSTRAP", "patch": merge}]}
    meta = {"name": "f", "namespace": "shop"}
    await mesh.seen(await mesh.put({"apiVersion": "networking.istio.io/v1alpha3", "kind": "EnvoyFilter", "metadata": meta, "spec": spec}))  # fmt: skip
    said = {"NAMESPACE": "shop", "NAME": "web-1", "LABELS": {"app": "web"}}
    assert inspector.bootstrap({"id": "sidecar~1~web-1.shop~x", "metadata": said}) == [merge]
    assert inspector.bootstrap({"id": "sidecar~1~api-1.shop~x", "metadata": {**said, "LABELS": {}}}) == []


async def test_ndsz_is_the_name_table(inspector: Inspector) -> None:
    said = {"ips": ("10.96.7.7",), "registry": "Kubernetes", "shortname": "reviews", "namespace": "shop"}
    table = inspector.ndsz("reviews-1.shop")["table"]
    assert table["reviews.shop.svc.cluster.local"] == said and "kubernetes.default.svc.cluster.local" in table
    with pytest.raises(KeyError):
        inspector.ndsz("nobody.shop")


async def test_a_refusal_is_an_error_that_says_what_and_why(inspector: Inspector, mesh: Plane) -> None:
    await mesh.seen(await mesh.put(pod("reviews-2", "10.244.0.3", {"app": "reviews"})))
    await mesh.connect("reviews-2", refuses={REVIEWS: "Invalid path: /none"})

    def clusters() -> dict[str, Any]:
        return {each["proxy"]: each["types"].get("CDS", {}) for each in inspector.syncz()}

    await until(lambda: clusters()["reviews-2.shop"].get("state") == "ERROR", seconds=10, what="the refusal")
    assert clusters()["reviews-2.shop"]["nacks"] == {REVIEWS: "Invalid path: /none"}
    assert clusters()["reviews-1.shop"]["state"] == "SYNCED"
    assert inspector.session("reviews-2.shop")["CDS"]["nacks"] == {REVIEWS: "Invalid path: /none"}


@pytest.mark.parametrize("name", ["reviews-1.shop", "sidecar~10.244.0.1~reviews-1.shop~shop.svc.cluster.local"])
async def test_a_proxy_is_named_by_pod_and_namespace_or_by_its_node_id(inspector: Inspector, name: str) -> None:
    assert REVIEWS in inspector.plan(name)["upstreams"]


async def test_a_proxys_plan_resources_and_session_are_of_its_own_scopes(inspector: Inspector) -> None:
    plan = inspector.plan("reviews-1.shop")
    assert set(plan) == {"upstreams", "assignments", "listeners", "routes"}
    resources = inspector.resources("reviews-1.shop")
    assert set(resources["clusters"]) == set(plan["upstreams"])
    assert resources["clusters"][REVIEWS]["name"] == REVIEWS
    assert "virtualInbound" in resources["listeners"]
    assert inspector.session("reviews-1.shop")["CDS"]["nacks"] == {}


async def test_why_names_the_object_behind_a_resource(inspector: Inspector) -> None:
    found = inspector.why("reviews-1.shop", f"cluster/{REVIEWS}")
    assert found["scope"] == "sidecar/shop"
    assert "Service shop/reviews" in found["origin"]
    assert found["bytes"] > 0


@pytest.mark.parametrize("name", ["cluster/nothing", f"listener/{REVIEWS}", "cluster"])
async def test_why_knows_nothing_of_what_the_proxy_has_not(inspector: Inspector, name: str) -> None:
    with pytest.raises(KeyError):
        inspector.why("reviews-1.shop", name)


@pytest.mark.parametrize("name", ["nobody.shop", "reviews-1", ""])
async def test_a_proxy_that_is_not_connected_is_not_found(inspector: Inspector, name: str) -> None:
    for ask in (inspector.plan, inspector.resources, inspector.session):
        with pytest.raises(KeyError):
            ask(name)


async def test_configz_tells_what_is_in_force_and_what_was_refused(inspector: Inspector, mesh: Plane) -> None:
    store = mesh.control.pipeline.store
    store.put(mesh_config("outboundTrafficPolicy: {mode: REGISTRY_ONLY}"))
    with pytest.raises(Invalid):
        store.put(service("reviews", [{"name": "http", "port": 99999}]))
    mesh.control.pipeline.settle()
    found = inspector.configz()
    assert found["mesh_settings"]["allow_any"] is False
    assert [(each["kind"], each["name"]) for each in found["rejections"]] == [("Service", "shop/reviews")]
    assert "99999" in found["rejections"][0]["faults"][0]
    assert found["errors"] == []


async def test_every_window_can_be_written_as_json(inspector: Inspector) -> None:
    windows = inspector.windows()
    assert windows.ready() == ""
    for ask in (windows.graph, windows.syncz, windows.configz):
        json.loads(msgspec.json.encode(ask(), enc_hook=str))
    for ask_for in (windows.plan, windows.resources, windows.session, windows.ndsz):
        json.loads(msgspec.json.encode(ask_for("reviews-1.shop"), enc_hook=str))

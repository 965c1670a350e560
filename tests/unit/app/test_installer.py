"""Objects applied, pruned and removed at a real API server; whole installations are in tests/e2e/kubernetes."""

import pytest
from planes import Plane

from lateen.analysis.webhook import takes
from lateen.app.installer import Installer, pod_troubles, tried_pod
from lateen.base.clock import SystemClock
from lateen.base.errors import LateenError
from lateen.install.manifest import Step
from lateen.install.parts import COMPONENT, MANAGED, REVISION, VERSION, Installation, made
from lateen.install.settings import settings
from lateen.install.webhooks import injector

LABELS = {MANAGED: "lateen"}


def config_map(name: str, **data: str):
    return made("v1", "ConfigMap", name, LABELS, "default", data=data)


def installer(mesh: Plane, told: list[str]) -> Installer:
    return Installer(mesh.admin, SystemClock(), told.append)


async def test_what_is_not_wanted_any_more_goes_and_the_rest_stays(mesh: Plane) -> None:
    told: list[str] = []
    first = await installer(mesh, told).install([Step("Things", [config_map("a"), config_map("b")])], 1)
    assert told == ["✔ Things installed"] and len(first) == 2
    assert await installer(mesh, told).prune([config_map("a")], "") == 1
    assert await installer(mesh, told).missing(first) == ["ConfigMap default/b is not there"]
    assert await installer(mesh, told).remove(await installer(mesh, told).owned()) == 1
    assert len(await installer(mesh, told).missing(first)) == 2


async def test_a_dry_run_changes_nothing(mesh: Plane) -> None:
    await installer(mesh, []).install([Step("Things", [config_map("a")])], 1, dry_run=True)
    assert await installer(mesh, []).missing([config_map("a")])


async def test_what_is_refused_is_named(mesh: Plane) -> None:
    wrong = made("v1", "ConfigMap", "Not A Name", LABELS, "default")
    with pytest.raises(LateenError, match="ConfigMap default/Not A Name"):
        await installer(mesh, []).install([Step("Things", [wrong])], 1)


async def test_a_workload_that_is_not_ready_in_time_is_told_of(mesh: Plane) -> None:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    spec = {"selector": {"matchLabels": {"a": "b"}}, "template": template}
    deployment = made("apps/v1", "Deployment", "d", LABELS, "default", spec=spec)
    with pytest.raises(LateenError, match=r"Deployment default/d is not ready after 0.1 s: it has no pods"):
        await installer(mesh, []).install([Step("Things", [deployment], ready=True)], 0.1)


def test_what_keeps_a_pod_from_being_ready() -> None:
    waiting = {"name": "c", "state": {"waiting": {"reason": "ErrImagePull", "message": "no such image"}}}
    starting = {"name": "d", "state": {"waiting": {"reason": "PodInitializing"}}}
    assert list(pod_troubles({"status": {"containerStatuses": [waiting, starting]}})) == [
        "container c: ErrImagePull no such image"
    ]
    nowhere = {"type": "PodScheduled", "status": "False", "message": "0/1 nodes are available"}
    assert list(pod_troubles({"status": {"conditions": [nowhere]}})) == ["0/1 nodes are available"]


def test_the_pod_that_is_tried_is_one_that_the_injector_is_asked_about() -> None:
    labels = tried_pod("canary")["metadata"]["labels"]
    installation = Installation(settings(values=["revision=canary"]), "1")
    assert any(takes(hook, {}, labels) for hook in injector(installation)["webhooks"])


def deployment(name: str, owner: str, component: str, version: str = "1.2.3"):
    labels = {MANAGED: owner, COMPONENT: component, VERSION: version, REVISION: name}
    template = {"metadata": {"labels": {"a": name}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    return made(
        "apps/v1",
        "Deployment",
        name,
        labels,
        "default",
        spec={"selector": {"matchLabels": {"a": name}}, "template": template},
    )


async def test_gateways_stay_while_another_control_plane_is_there(mesh: Plane) -> None:
    one = installer(mesh, [])
    everything = [deployment("canary", "lateen-canary", "Pilot"), deployment("edge", "lateen-canary", "IngressGateways"),
                  deployment("old", "lateen", "Pilot")]  # fmt: skip
    await one.install([Step("Things", everything)], 1)
    assert [raw["metadata"]["name"] for raw in await one.of_revision("-canary")] == ["canary"]
    await one.remove(everything[-1:])
    assert {raw["metadata"]["name"] for raw in await one.of_revision("-canary")} == {"canary", "edge"}


async def test_the_version_of_what_is_installed(mesh: Plane) -> None:
    one = installer(mesh, [])
    await one.install([Step("Things", [deployment("canary", "lateen-canary", "Pilot", "1.9.0")])], 1)
    assert await one.installed("canary") == "1.9.0" and await one.installed("other") == ""

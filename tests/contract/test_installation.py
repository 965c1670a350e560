"""Whole installations at a real API server without nodes: it takes every object, the second time nothing changes, and
nothing is left behind. What runs of them is tested in tests/e2e/kubernetes."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helm import Helm
from kubernetes.binaries import Missing, find_kubernetes
from kubernetes.control_plane import ControlPlane

from lateen.app.installer import KINDS, Installer
from lateen.app.leftovers import leftovers
from lateen.base.clock import SystemClock
from lateen.base.refs import Key
from lateen.install.helm.charts import charts
from lateen.install.manifest import manifest, steps
from lateen.install.parts import MANAGED
from lateen.install.settings import settings
from lateen.sources.client import Client
from lateen.sources.dynamic import Dynamic
from lateen.sources.webhook_kinds import VALIDATING

VERSION = "1.2.3"
Raw = dict[str, Any]
FULL = ["profile=demo", "revision=canary", "values.revisionTags[0]=prod", "values.pilot.autoscaleEnabled=true",
        "values.pilot.env.K8S_SIGNER=example.com/mesh", "values.pilot.serviceAnnotations.a=b",
        "values.global.imagePullSecrets[0]=mine", "values.sidecarInjectorWebhook.enableNamespacesByDefault=true",
        "components.ingressGateways[1].name=second", "components.ingressGateways[1].enabled=true"]  # fmt: skip


class Hasty(SystemClock):
    """Nobody answers webhooks here: waiting for them is short."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 100)


@pytest.fixture(scope="module")
def kubeconfig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Of a cluster of our own: an installation changes what others would see."""
    found = find_kubernetes()
    if isinstance(found, Missing) or found.folder is None:
        pytest.skip(
            found.why if isinstance(found, Missing) else "installations are not tried on a cluster that was given"
        )
    folder = tmp_path_factory.mktemp("cluster")
    plane = ControlPlane(folder, found.folder)
    try:
        plane.start()
        yield folder / "kubeconfig"
    finally:
        plane.stop()


async def everything(client: Client) -> dict[str, str]:
    """The version of every object of the kinds that an installation has."""
    kinds = [*KINDS, ("apiextensions.k8s.io/v1", "CustomResourceDefinition"), ("v1", "Secret")]
    listed = [raw for kind in kinds for raw in await Dynamic(client).selected(*kind, "")]
    return {
        f"{raw['kind']}/{raw['metadata'].get('namespace', '')}/{raw['metadata']['name']}": raw["metadata"][
            "resourceVersion"
        ]
        for raw in listed
        if raw["metadata"]["name"] not in ("kube-root-ca.crt", "default")
    }


async def policies(client: Client) -> set[str]:
    (found,) = (await client.list(VALIDATING)).items
    return {hook["failurePolicy"] for hook in found["webhooks"]}


async def installed(client: Client, values: list[str]) -> list[Raw]:
    unhurried = (step._replace(ready=False) for step in steps(settings(values=values), VERSION))
    return await Installer(client, Hasty(), str).install(unhurried, 0)


async def removed(client: Client) -> None:
    installer = Installer(client, Hasty(), str)
    await installer.remove([*await installer.owned(MANAGED), *await leftovers(client)])


@pytest.mark.parametrize("values", [["profile=default"], ["profile=demo"], FULL], ids=["default", "demo", "everything"])
async def test_a_real_api_server_takes_a_profile_once_and_gives_all_of_it_back(
    kubeconfig: Path, values: list[str]
) -> None:
    async with Client.from_kubeconfig(kubeconfig) as client:
        before = await everything(client)
        await installed(client, values)
        once = await everything(client)
        await installed(client, values)
        assert await everything(client) == once, "the second time nothing changes"
        names = {f"{raw['kind']}/{raw['metadata'].get('namespace', '')}/{raw['metadata']['name']}"
                 for raw in manifest(settings(values=values), VERSION) if raw["kind"] != "Namespace"}  # fmt: skip
        assert once.keys() - before.keys() == names
        await removed(client)
        assert (await everything(client)).keys() == before.keys()


async def test_what_another_profile_has_beyond_goes(kubeconfig: Path) -> None:
    async with Client.from_kubeconfig(kubeconfig) as client:
        await installed(client, ["profile=demo"])
        applied = await installed(client, ["profile=minimal"])
        await Installer(client, Hasty(), str).prune(applied, "")
        left = await Dynamic(client).selected("apps/v1", "Deployment", MANAGED)
        assert [raw["metadata"]["name"] for raw in left] == ["istiod"]
        await removed(client)


async def test_helm_installs_upgrades_and_removes_the_charts(kubeconfig: Path, tmp_path: Path) -> None:
    for path, text in charts(VERSION).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    helm, place = Helm(tmp_path, kubeconfig), ("-n", "istio-system", "--create-namespace")
    async with Client.from_kubeconfig(kubeconfig) as client:
        before = await everything(client)
        for chart in ("base", "istiod", "gateway"):
            await asyncio.to_thread(helm.run, "install", chart, f"./{chart}", *place)
        assert await policies(client) == {"Ignore"}
        for number in range(2):
            policy = {"op": "replace", "path": f"/webhooks/{number}/failurePolicy", "value": "Fail"}
            await client.patch(VALIDATING, Key("", "istio-validator-istio-system"), [policy], "json")
        once = await everything(client)
        for chart in ("base", "istiod", "gateway"):
            await asyncio.to_thread(helm.run, "upgrade", chart, f"./{chart}", *place)
        again = await everything(client)
        assert {name for name in again if again[name] != once.get(name)} <= {
            n for n in again if "/sh.helm.release" in n
        }
        assert await policies(client) == {"Fail"}, "an upgrade keeps what the control plane has set"
        assert not await Installer(client, Hasty(), str).owned(), "what is Helm's is not the installer's"
        for chart in ("gateway", "istiod", "base"):
            await asyncio.to_thread(helm.run, "uninstall", chart, "-n", "istio-system")
        left = (await everything(client)).keys() - before.keys()
        assert left and all(name.startswith("CustomResourceDefinition/") for name in left), "definitions stay"
        await removed(client)

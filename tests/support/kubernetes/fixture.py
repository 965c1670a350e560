"""The fixture `kubernetes`: import it into a conftest, and take it in a test."""

import asyncio
import os
from collections.abc import Iterator

import pytest

from kubernetes.binaries import Missing, find_kubernetes
from kubernetes.cluster import Cluster, Keeper, shared_cluster
from kubernetes.definitions import ISTIO, install, istio_definitions


@pytest.fixture(scope="session")
def kubernetes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A real Kubernetes API server with Istio's kinds, one for all workers of a run; skips with the reason when there is none."""
    found = find_kubernetes()
    if isinstance(found, Missing):
        pytest.skip(found.why)
    base = tmp_path_factory.getbasetemp()
    base = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    if found.kubeconfig is not None:
        yield _with_istio(Cluster(found.kubeconfig, base, given=True))
        return
    assert found.folder is not None
    with shared_cluster(base, Keeper("keeper.py", (found.folder,))) as cluster:
        yield _with_istio(cluster)


def _with_istio(cluster: Cluster) -> Cluster:
    if not ISTIO.exists():
        pytest.skip(f"no CustomResourceDefinitions to install: {ISTIO} is not there")
    with cluster.once("definitions") as first:
        if first:
            asyncio.run(_install(cluster))
    return cluster


async def _install(cluster: Cluster) -> None:
    async with cluster.client() as client:
        await install(client, istio_definitions())

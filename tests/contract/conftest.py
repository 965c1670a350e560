"""The contract of a Kubernetes API, as far as a mesh's objects go: every test runs against each server.

A test takes `api` (tests/support/apis.py): `api.client` is the product's own client, `api.ask` sends any request, `api.path`
and `api.key` name things in `api.namespace`, which is the test's own. Cluster-wide objects are named after that namespace and
are deleted by the test. Where the embedded server leaves something out, it refuses: such a test says so by `api.server`.
`known.json` lists, with the reason, where the embedded server still differs: a test that begins to pass must be taken off it.
"""

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import pytest
from apis import Api, own_namespace
from apiservers import served
from kubernetes.cluster import Cluster
from kubernetes.fixture import kubernetes as kubernetes
from skips import pytest_runtest_makereport as pytest_runtest_makereport

from lateen.apiserver.credentials import write_kubeconfig

KNOWN = json.loads((Path(__file__).parent / "known.json").read_text())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        reason = KNOWN.get(f"{item.path.name}::{item.name}") if item.path.parent == Path(__file__).parent else None
        if reason:
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))


@pytest.fixture(params=["embedded", "kubernetes"])
def cluster(request: pytest.FixtureRequest) -> Cluster | None:
    """A real Kubernetes, None for the embedded server."""
    return request.getfixturevalue("kubernetes") if request.param == "kubernetes" else None


@pytest.fixture
async def api(cluster: Cluster | None, tmp_path: Path) -> AsyncIterator[Api]:
    """Each server in turn, with a namespace of the test's own."""
    if cluster is not None:
        async with own_namespace("kubernetes", cluster.kubeconfig, tmp_path) as made:
            yield made
        return
    async with served(tmp_path, node="") as server:
        write_kubeconfig(tmp_path / "kubeconfig", server.url, server.credentials)
        async with own_namespace("embedded", tmp_path / "kubeconfig", tmp_path) as made:
            yield made

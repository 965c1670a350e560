"""A real cluster with a mesh in it, one for all tests of this folder."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from clusters import Mesh
from kubernetes.whole import Whole, missing, whole_cluster

ROOT = Path(__file__).parents[3]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes the mesh away comes last."""
    items.sort(key=lambda item: "test_uninstall" in item.nodeid)


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """A cluster of one node, shared by a run's workers."""
    if lack := missing():
        pytest.skip(lack)
    base = tmp_path_factory.getbasetemp()
    with whole_cluster(base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def images(whole: Whole) -> None:
    """The mesh's images and those of Bookinfo, on the node."""
    folder = whole.folder / "images"
    with (whole.folder / "images.turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not folder.exists():
            words = [sys.executable, ROOT / "tools/images/build.py", "--tag", "test", "--examples", "--output", folder]
            subprocess.run(words, check=True, capture_output=True)
            for archive in folder.glob("*.tar"):
                whole.load(archive)


@pytest.fixture(scope="session")
def cluster(whole: Whole, images: None) -> Mesh:
    """The cluster as its users reach it, with no mesh yet."""
    return Mesh(whole)


@pytest.fixture(scope="session")
def mesh(cluster: Mesh) -> Mesh:
    """The cluster with the profile `demo` installed, and Bookinfo in the namespace `default`."""
    cluster.install("profile=demo")
    cluster.kubectl("label", "namespace", "default", "istio-injection=enabled", "--overwrite")
    cluster.kubectl("apply", "-f", ROOT / "examples/bookinfo/bookinfo.yaml")
    for name in ("bookinfo-gateway", "destination-rule-all"):
        cluster.kubectl("apply", "-f", ROOT / f"examples/bookinfo/networking/{name}.yaml")
    cluster.kubectl("wait", "deployment", "--all", "--for=condition=Available", "--timeout=90s")
    return cluster

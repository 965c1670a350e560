"""One real mesh per test module, and no silent skips where e2e tests must run."""

import os
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from kubectl import KUBECTL, Kubectl, Served, serving
from mesh import Mesh
from skips import pytest_runtest_makereport as pytest_runtest_makereport


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    """What the module's mesh is told beside its name and folders."""
    return {}


@pytest.fixture(scope="module")
def mesh(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Iterator[Mesh]:
    """A running mesh of the module's own."""
    if os.geteuid() != 0 or not shutil.which("nft", path="/usr/sbin:/sbin:/usr/bin"):
        pytest.skip("e2e tests need root and nft (apt-get install nftables)")
    made = Mesh(tmp_path_factory.mktemp("mesh"))
    made.env |= environment
    try:
        made.up()
        yield made
    finally:
        made.down()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Served]:
    """An API server of the test's own, without controllers or nodes."""
    async with serving(tmp_path) as served:
        yield served


@pytest.fixture
def kubectl(server: Served, tmp_path: Path) -> Kubectl:
    """The real kubectl, talking to `server`."""
    if KUBECTL is None:
        pytest.skip(
            "no kubectl 1.32 or newer: the API is not tried with it. `scripts/kubectl` fetches one, or says what to install"
        )
    return Kubectl(tmp_path)

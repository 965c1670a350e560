import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

from collections.abc import AsyncIterator, Iterator

import pytest
from apiservers import Served, served

from lateen.apiserver.addresses import Addresses
from lateen.apiserver.admission import living_namespace, node_name, service_account
from lateen.apiserver.objects import Objects
from lateen.apiserver.seed import seed
from lateen.apiserver.storage import Storage
from lateen.base.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def storage(tmp_path: Path, clock: FakeClock) -> Iterator[Storage]:
    made = Storage(tmp_path / "api.db", clock=clock)
    yield made
    made.close()


@pytest.fixture
def objects(storage: Storage, clock: FakeClock) -> Objects:
    """All objects behind the built-in admissions, seeded."""
    admissions = (living_namespace, service_account, node_name("node0"), Addresses(storage).admit)
    made = Objects(storage, admissions, clock=clock)
    seed(made)
    return made


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as running:
        yield running

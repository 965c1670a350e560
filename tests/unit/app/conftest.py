import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

from collections.abc import AsyncIterator

import pytest
from planes import Plane, plane


@pytest.fixture
async def mesh(tmp_path: Path) -> AsyncIterator[Plane]:
    """A running control plane over a real API server."""
    async with plane(tmp_path) as running:
        yield running

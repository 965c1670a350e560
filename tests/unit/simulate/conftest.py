"""Meshes in memory, and the proxies in them as the pipeline configures them."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

from worlds import configured

from lateen.simulate.proxy import Proxy


@pytest.fixture
def proxy() -> Callable[..., Proxy]:
    """Configure the proxy of a pod `shop/client` in a mesh of these objects."""
    return configured

"""How the Gateway API's kinds are judged."""

from collections.abc import Callable
from typing import Any

import pytest

from lateen.kinds.decode import check

Paths = Callable[..., list[str]]


@pytest.fixture
def paths() -> Paths:
    """The paths of what is wrong with an object of a kind."""

    def judge(kind: str, spec: dict[str, Any], *, version: str = "v1", experimental: bool = False) -> list[str]:
        group = "gateway.networking.x-k8s.io" if experimental else "gateway.networking.k8s.io"
        raw = {"apiVersion": f"{group}/{version}", "kind": kind, "metadata": {"name": "x"}, "spec": spec}
        if kind not in ("GatewayClass", "XMesh"):
            raw["metadata"]["namespace"] = "shop"
        return [fault.path for fault in check(raw) if fault.severity == "error"]

    return judge

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

import pytest
from apiservers import served

from lateen.base.errors import LateenError
from lateen.sources.dynamic import Dynamic


async def test_objects_of_any_kind_that_is_served(tmp_path: Path) -> None:
    raw = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "a", "namespace": "default", "labels": {"x": "y"}},
    }
    async with served(tmp_path) as api, api.client() as client:
        objects = Dynamic(client)
        assert await objects.find(raw) is None
        assert (await objects.apply(raw, "test"))[1]
        assert not (await objects.apply(raw, "test"))[1]
        assert [one["metadata"]["name"] for one in await objects.selected("v1", "ConfigMap", "x=y")] == ["a"]
        assert await objects.delete(raw) and not await objects.delete(raw)
        assert (await objects.served("networking.istio.io/v1", "Gateway")).plural == "gateways"  # type: ignore[union-attr]
        assert await objects.served("example.com/v1", "Thing") is None
        assert await objects.selected("example.com/v1", "Thing", "") == []
        with pytest.raises(LateenError, match="has no Thing"):
            await objects.find(raw | {"apiVersion": "example.com/v1", "kind": "Thing"})

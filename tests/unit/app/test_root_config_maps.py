"""The mesh's roots in every namespace of a real API server."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from planes import Plane

from lateen.app.root_config_maps import FIELD, NAME, RootConfigMaps
from lateen.base.clock import SystemClock
from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn, until_seen
from lateen.kinds.all import by_kind
from lateen.sources.api_error import ApiError

CONFIG_MAP = by_kind("ConfigMap")


class Roots:
    now = b"one"


@pytest.fixture
async def roots(mesh: Plane) -> AsyncIterator[Roots]:
    found = Roots()
    writer = RootConfigMaps(mesh.admin, lambda: found.now, mesh.control.elector, SystemClock())
    task = spawn(writer.run(), name="roots")
    yield found
    await cancel(task)


async def held(mesh: Plane, namespace: str, text: str) -> Any:
    async def look() -> Any:
        try:
            raw = await mesh.admin.get(CONFIG_MAP, Key(namespace, NAME))
        except ApiError:
            return None
        return raw["data"][FIELD] == text

    return await until_seen(look, seconds=20, what=f"{text} in {namespace}")


async def test_new_namespaces_get_them_and_new_roots_replace_the_old(mesh: Plane, roots: Roots) -> None:
    await held(mesh, "default", "one")
    await mesh.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "late"}})
    await held(mesh, "late", "one")
    roots.now = b"two"
    await held(mesh, "late", "two")
    with pytest.raises(ApiError):
        await mesh.admin.get(CONFIG_MAP, Key("kube-system", NAME))


async def test_what_others_change_or_delete_comes_back(mesh: Plane, roots: Roots) -> None:
    await held(mesh, "default", "one")
    await mesh.admin.patch(CONFIG_MAP, Key("default", NAME), {"data": {FIELD: "forged"}})
    await held(mesh, "default", "one")
    await mesh.admin.delete(CONFIG_MAP, Key("default", NAME))
    await held(mesh, "default", "one")

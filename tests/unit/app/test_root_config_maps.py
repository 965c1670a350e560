"""The mesh's roots in every namespace of a real API server."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from planes import Plane

from lateen.app.root_config_maps import FIELD, NAME, RootConfigMaps
from lateen.app.trusted_roots import TrustedRoots
from lateen.base.clock import SystemClock
from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn, until_seen
from lateen.identity.authority import CertificateAuthority
from lateen.identity.trust import TrustBundle
from lateen.kinds.all import by_kind
from lateen.sources.api_error import ApiError

CONFIG_MAP = by_kind("ConfigMap")


ONE, TWO = (CertificateAuthority.create("cluster.local", SystemClock()).trust for _ in range(2))


class Roots:
    def __init__(self) -> None:
        self._now = ONE
        self.trusted = TrustedRoots(lambda: self._now)

    def become(self, others: TrustBundle) -> None:
        self._now = others
        self.trusted.publish()


@pytest.fixture
async def roots(mesh: Plane) -> AsyncIterator[Roots]:
    found = Roots()
    task = spawn(RootConfigMaps(mesh.admin, found.trusted, mesh.control.elector, SystemClock()).run(), name="roots")
    yield found
    await cancel(task)


async def held(mesh: Plane, namespace: str, roots: TrustBundle) -> Any:
    async def look() -> Any:
        try:
            raw = await mesh.admin.get(CONFIG_MAP, Key(namespace, NAME))
        except ApiError:
            return None
        return raw["data"][FIELD].encode() == roots.pem

    return await until_seen(look, seconds=20, what=f"the roots in {namespace}")


async def test_new_namespaces_get_them_and_new_roots_replace_the_old(mesh: Plane, roots: Roots) -> None:
    await held(mesh, "default", ONE)
    await mesh.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "late"}})
    await held(mesh, "late", ONE)
    roots.become(TWO)
    await held(mesh, "late", TWO)
    with pytest.raises(ApiError):
        await mesh.admin.get(CONFIG_MAP, Key("kube-system", NAME))


async def test_what_others_change_or_delete_comes_back(mesh: Plane, roots: Roots) -> None:
    await held(mesh, "default", ONE)
    await mesh.admin.patch(CONFIG_MAP, Key("default", NAME), {"data": {FIELD: "forged"}})
    await held(mesh, "default", ONE)
    await mesh.admin.delete(CONFIG_MAP, Key("default", NAME))
    await held(mesh, "default", ONE)

"""One authority for several replicas, in a Secret of a real API server."""

import base64
from pathlib import Path

import pytest
from planes import Plane

from lateen.app.authority_secret import NAME, AuthoritySecret, read_secret, secret_of
from lateen.base.clock import FakeClock, SystemClock
from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn, until
from lateen.kinds.all import by_kind
from lateen.server.pki_files import make_files, read_files

KEY = Key("istio-system", NAME)


def replica(mesh: Plane, folder: Path) -> AuthoritySecret:
    return AuthoritySecret(mesh.admin, KEY.namespace, folder, "cluster.local", SystemClock())


async def test_the_first_replica_makes_it_and_the_others_take_it(mesh: Plane, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    await replica(mesh, one).settle()
    await replica(mesh, other).settle()
    assert read_files(one) == read_files(other) != None  # noqa: E711 (both are there)
    secret = await mesh.admin.get(by_kind("Secret"), KEY)
    assert secret["type"] == "istio.io/ca-root"


async def test_another_authority_in_the_secret_is_taken_and_a_broken_one_is_not(mesh: Plane, tmp_path: Path) -> None:
    follower = replica(mesh, tmp_path / "a")
    await follower.settle()
    task = spawn(follower.run(), name="authority")
    try:
        other = make_files("cluster.local", SystemClock())
        await mesh.admin.apply(by_kind("Secret"), secret_of(other, KEY), force=True)
        await until(lambda: read_files(tmp_path / "a") == other, seconds=10, what="the other authority")
        broken = secret_of(other, KEY) | {"data": {"ca-cert.pem": base64.b64encode(b"x").decode()}}
        live = await mesh.admin.get(by_kind("Secret"), KEY)
        await mesh.admin.replace(by_kind("Secret"), live | {"data": broken["data"]})
        await mesh.admin.apply(by_kind("Secret"), secret_of(other, KEY), force=True)
        assert read_files(tmp_path / "a") == other
    finally:
        await cancel(task)


def test_a_secret_holds_an_authority_whole_or_is_refused() -> None:
    files = make_files("cluster.local", FakeClock())
    assert read_secret(secret_of(files, KEY)) == files
    with pytest.raises(LateenError, match="no authority"):
        read_secret({"metadata": {"name": NAME}})
    with pytest.raises(LateenError, match="but not"):
        read_secret({"metadata": {"name": NAME}, "data": {"ca-key.pem": base64.b64encode(b"x").decode()}})

"""New files are taken when they hold together; bad ones leave the former authority in force, and are told of."""

import shutil
from pathlib import Path

import pytest

from lateen.base.clock import FakeClock
from lateen.base.tasks import cancel, spawn, until
from lateen.identity.authority import CertificateAuthority
from lateen.identity.certificate import load_chain
from lateen.server.authority_folder import LOOK_SECONDS, AuthorityFolder
from lateen.server.pki_files import KEY, make_files, read_files, write_files


@pytest.fixture
def folder(tmp_path: Path) -> AuthorityFolder:
    return AuthorityFolder(tmp_path / "pki", "cluster.local", FakeClock())


def test_files_that_are_replaced_are_taken(folder: AuthorityFolder, tmp_path: Path) -> None:
    told = []
    folder.changed = lambda: told.append(folder.authority)
    new = make_files("cluster.local", FakeClock())
    write_files(tmp_path / "pki", new)
    folder.look()
    folder.look()
    assert folder.authority.key == new.key and told == [folder.authority]


def test_files_that_do_not_hold_together_change_nothing(
    folder: AuthorityFolder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = folder.authority
    (tmp_path / "pki" / KEY).write_bytes(make_files("cluster.local", FakeClock()).key.reveal())
    folder.look()
    assert folder.authority is before
    assert "is that of the key" in folder.error and "is that of the key" in caplog.text
    assert "PRIVATE" not in caplog.text


def test_a_mended_folder_is_taken_again(folder: AuthorityFolder, tmp_path: Path) -> None:
    kept = read_files(tmp_path / "pki")
    assert kept is not None
    (tmp_path / "pki" / KEY).write_bytes(b"nonsense")
    folder.look()
    assert folder.error
    write_files(tmp_path / "pki", kept)
    folder.look()
    assert not folder.error and folder.authority.key == kept.key


def test_files_that_are_gone_leave_the_authority(folder: AuthorityFolder, tmp_path: Path) -> None:
    before = folder.authority
    shutil.rmtree(tmp_path / "pki")
    folder.look()
    assert folder.authority is before and "holds no authority" in folder.error


def test_what_soon_ends_is_told_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = FakeClock()
    folder = AuthorityFolder(tmp_path / "pki", "cluster.local", clock)
    kept = read_files(tmp_path / "pki")
    assert kept is not None and kept.root_key is not None
    root = CertificateAuthority(kept.root_key, kept.chain, kept.root, clock)
    below = root.intermediate("cluster.local", ttl=86_400)
    write_files(tmp_path / "pki", below)
    folder.look()
    assert "ends within 30 days" in caplog.text
    assert load_chain(below.certificate)[0] == folder.authority.certificate


async def test_it_looks_by_itself(tmp_path: Path) -> None:
    clock = FakeClock()
    folder = AuthorityFolder(tmp_path / "pki", "cluster.local", clock)
    running = spawn(folder.run(), name="folder")
    new = make_files("cluster.local", clock)
    write_files(tmp_path / "pki", new)
    await until(lambda: clock.sleeping, seconds=5, what="it to wait")
    clock.advance(LOOK_SECONDS)
    await until(lambda: folder.authority.key == new.key, seconds=5, what="the new authority")
    await cancel(running)

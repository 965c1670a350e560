"""The authority's folder keeps its key private and is never half there."""

import shutil
from pathlib import Path

import pytest

from lateen.base.clock import FakeClock
from lateen.base.errors import LateenError
from lateen.base.spiffe import Identity
from lateen.identity.certificate import load_chain
from lateen.identity.keys import make_request, new_key
from lateen.server.pki_files import make_files, open_authority, read_files, stamp, write_files

CORPUS = Path(__file__).parents[4] / "shared" / "conformance" / "pki" / "sample-ca"


def test_authority_is_made_once(tmp_path: Path) -> None:
    first = open_authority(tmp_path / "pki", "cluster.local", FakeClock())
    again = open_authority(tmp_path / "pki", "cluster.local", FakeClock())
    assert first.trust == again.trust and first.key == again.key


def test_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "pki").mkdir()
    open_authority(tmp_path / "pki", "cluster.local", FakeClock())
    assert [path.name for path in tmp_path.iterdir()] == ["pki"]


@pytest.mark.conformance
@pytest.mark.skipif(not CORPUS.is_dir(), reason="no conformance corpus here")
def test_plugged_in_authority_is_used(tmp_path: Path) -> None:
    for name in ("ca-key.pem", "ca-cert.pem", "cert-chain.pem", "root-cert.pem"):
        shutil.copy(CORPUS / name, tmp_path)
    authority = open_authority(tmp_path, "cluster.local", FakeClock())
    leaf = load_chain(authority.sign(make_request(new_key(), ""), Identity("cluster.local", "a", "b")))
    assert len(leaf) == 2 and authority.trust.vouches_for(leaf)


def test_key_and_folder_are_private(tmp_path: Path) -> None:
    open_authority(tmp_path / "pki", "cluster.local", FakeClock())
    assert (tmp_path / "pki").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "pki" / "ca-key.pem").stat().st_mode & 0o777 == 0o600


def test_lost_key_is_an_error_not_a_new_mesh(tmp_path: Path) -> None:
    open_authority(tmp_path / "pki", "cluster.local", FakeClock())
    (tmp_path / "pki" / "ca-key.pem").unlink()
    with pytest.raises(LateenError, match=r"not ca-key\.pem"):
        open_authority(tmp_path / "pki", "cluster.local", FakeClock())


def test_a_new_mesh_signs_with_an_intermediate(tmp_path: Path) -> None:
    authority = open_authority(tmp_path / "pki", "cluster.local", FakeClock())
    leaf, above = load_chain(authority.sign(make_request(new_key(), ""), Identity("cluster.local", "a", "b")))
    assert above not in authority.trust.roots and authority.trust.vouches_for([leaf, above])
    assert (tmp_path / "pki" / "root-key.pem").stat().st_mode & 0o777 == 0o600


def test_a_folder_like_a_secret_of_type_tls_is_read(tmp_path: Path) -> None:
    files = make_files("cluster.local", FakeClock())
    for name, content in (("tls.key", files.key.reveal()), ("tls.crt", files.certificate + files.chain), ("ca.crt", files.root)):  # fmt: skip
        (tmp_path / name).write_bytes(content)
    assert open_authority(tmp_path, "cluster.local", FakeClock()).key == files.key


def test_files_are_replaced_whole_and_what_is_no_more_is_gone(tmp_path: Path) -> None:
    for name, content in (("ca-crl.pem", b"old"), ("ca-key.pem", b"old"), ("ca-cert.pem", b"old")):
        (tmp_path / name).write_bytes(content)
    files = make_files("cluster.local", FakeClock())
    for each in (files, make_files("cluster.local", FakeClock()), files):
        write_files(tmp_path, each)
    assert read_files(tmp_path) == files
    assert sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith("..")) == sorted(
        ["ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem", "root-key.pem"]
    )
    assert len([path for path in tmp_path.iterdir() if path.name.startswith("..")]) == 2


def test_a_change_of_a_file_changes_the_stamp(tmp_path: Path) -> None:
    open_authority(tmp_path, "cluster.local", FakeClock())
    before = stamp(tmp_path)
    assert before == stamp(tmp_path)
    write_files(tmp_path, make_files("cluster.local", FakeClock()))
    assert stamp(tmp_path) != before

"""The authority's folder keeps its key private and is never half there."""

import shutil
from pathlib import Path

import pytest

from lateen.base.clock import FakeClock
from lateen.base.errors import LateenError
from lateen.base.spiffe import Identity
from lateen.identity.certificate import load_chain
from lateen.identity.keys import make_request, new_key
from lateen.server.pki_files import open_authority

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

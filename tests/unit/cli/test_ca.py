"""The stages of a rotation as files; with a mesh they run in tests/e2e/test_certificates.py."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import Result

from lateen.app.settings import Settings
from lateen.base.clock import SystemClock
from lateen.base.errors import LateenError
from lateen.cli.ca import revoked, staged
from lateen.identity.authority import CertificateAuthority
from lateen.identity.authority_files import AuthorityFiles
from lateen.identity.certificate import load_chain
from lateen.identity.trust import TrustBundle
from lateen.server.pki_files import make_files, write_files


def made() -> AuthorityFiles:
    return make_files("cluster.local", SystemClock())


def opened(files: AuthorityFiles) -> CertificateAuthority:
    return CertificateAuthority.of(files, SystemClock())


@pytest.mark.parametrize("listed", [False, True])
def test_in_every_stage_the_former_certificates_and_the_next_ones_are_believed(listed: bool) -> None:
    first, coming = made(), made()
    if listed:
        first = revoked(first, [7])
    stages = [first]
    for stage in ("distribute", "issue", "retire"):
        stages.append(staged(stages[-1], coming, stage))
    for before, after in pairwise(stages):
        for signer in (before, after):
            leaf = load_chain(opened(signer).server_certificate(["a.b"], "spiffe://cluster.local/ns/n/sa/a").chain)
            assert opened(before).trust.vouches_for(leaf) and opened(after).trust.vouches_for(leaf)
    assert opened(stages[1]).trust.roots == opened(stages[2]).trust.roots
    assert len(opened(stages[2]).trust.roots) == 2
    assert opened(stages[3]).trust == TrustBundle.parse(coming.root)
    assert opened(stages[2]).certificate == opened(coming).certificate
    assert [len(opened(each).trust.revoked.lists) for each in stages] == ([1, 2, 2, 0] if listed else [0, 0, 0, 0])


def test_no_stage_comes_before_its_time() -> None:
    first, coming = made(), made()
    with pytest.raises(LateenError, match="not trusted yet"):
        staged(first, coming, "issue")
    with pytest.raises(LateenError, match="still signs"):
        staged(staged(first, coming, "distribute"), coming, "retire")


def test_what_was_revoked_stays_revoked() -> None:
    files = revoked(revoked(made(), [7]), [9])
    (only,) = opened(files).trust.revoked.lists
    assert sorted(entry.serial_number for entry in only) == [7, 9]


def test_it_is_shown_who_signs(lateen: Callable[..., Result], settings: Settings, tmp_path: Path) -> None:
    assert "has no authority yet" in str(lateen("ca", "show").exception)
    write_files(settings.pki / "mesh", made())
    lines = lateen("ca", "show").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["ROLE", "signs", "trusted"]
    assert "intermediate" in lines[1] and "root" in lines[2]
    assert "PRIVATE" not in "".join(lines)


def test_a_stage_needs_the_one_before(lateen: Callable[..., Result], settings: Settings) -> None:
    write_files(settings.pki / "mesh", made())
    assert "no rotation has begun" in str(lateen("ca", "rotate", "--stage", "issue").exception)
    assert "no serial number" in str(lateen("ca", "revoke", "xyz").exception)

from pathlib import Path

import pytest

from lateen.base.errors import LateenError
from lateen.base.redacted import Redacted
from lateen.sources.proof import Files, Given, Proof


async def test_what_is_given_stays() -> None:
    proof = Proof(Redacted(b"t"))
    assert await Given(proof).current() is proof and not Given(proof).refused(proof)


async def test_files_are_read_when_they_change_and_only_then(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("one\n")
    files = Files(token)
    first = await files.current()
    assert first.token == Redacted(b"one") and await files.current() is first
    fresh = tmp_path / "fresh"  # as the kubelet does: the new one is moved over the old one
    fresh.write_text("two")
    fresh.rename(token)
    assert (await files.current()).token == Redacted(b"two")


async def test_a_refused_proof_is_read_again(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("one")
    files = Files(token)
    first = await files.current()
    assert not files.refused(first)
    assert await files.current() is not first


async def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LateenError, match="none"):
        await Files(tmp_path / "none").current()


async def test_what_has_no_file_is_given(tmp_path: Path) -> None:
    (tmp_path / "c").write_text("c")
    (tmp_path / "k").write_text("k")
    found = await Files(None, tmp_path / "c", tmp_path / "k", Proof(Redacted(b"t"))).current()
    assert found.token == Redacted(b"t") and found.pair is not None and found.pair.certificate == b"c"
